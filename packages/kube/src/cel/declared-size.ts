import type { StructuralSchema } from '../schema/index.ts';
import { additional } from './values.ts';

/** The largest request that an API server takes; nothing in it can be larger (apiserver, DefaultMaxRequestSizeBytes). */
export const maxRequestBytes = 3 * 1024 * 1024;

/** Of formats whose texts are short: characters, quotes included. */
const formatLengths: Readonly<Record<string, number>> = { duration: 32, date: 12, 'date-time': 33 };
const shortestOf: Readonly<Record<string, number>> = { duration: 4, date: 12, 'date-time': 22 };

/** The least bytes that a value takes as JSON: `{}`, `""`, `0` and what is required in an object. */
export function leastBytes(schema: StructuralSchema): number {
  if (schema['x-kubernetes-int-or-string']) return 1;
  switch (schema.type) {
    case 'boolean':
      return 4;
    case 'integer':
    case 'number':
      return 1;
    case 'string':
      return shortestOf[schema.format ?? ''] ?? 2;
    case 'object':
      return (schema.required ?? []).reduce((sum, name) => {
        const field = schema.properties?.[name];
        return field === undefined || field.default !== undefined ? sum : sum + name.length + leastBytes(field) + 4;
      }, 2);
    default:
      return 2;
  }
}

/**
 * The most characters, items or entries that a value can have: by its own limits, else by what fits into a request. Characters
 * count fourfold, as they may take four bytes each.
 */
export function largestSize(schema: StructuralSchema): number {
  if (schema.type === 'array') {
    return schema.maxItems ?? Math.floor((maxRequestBytes - 2) / (leastBytes(schema.items ?? {}) + 1));
  }
  const values = additional(schema);
  if (values) return schema.maxProperties ?? Math.floor((maxRequestBytes - 2) / (leastBytes(values) + 6));
  if (schema['x-kubernetes-int-or-string'] || schema.type === 'string') {
    const known = formatLengths[schema.format ?? ''];
    if (known !== undefined) return known;
    if (schema.maxLength !== undefined) return schema.maxLength * (schema.format === 'byte' ? 1 : 4);
    const texts = (schema.enum ?? []).filter((value) => typeof value === 'string');
    if (texts.length > 0 && !schema['x-kubernetes-int-or-string'])
      return Math.max(...texts.map((text) => Buffer.byteLength(text)));
    return maxRequestBytes - 2;
  }
  return 0;
}
