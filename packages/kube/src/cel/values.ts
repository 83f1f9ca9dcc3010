import type { Json, JsonObject } from '../objects/index.ts';
import type { StructuralSchema } from '../schema/index.ts';

// The reserved words of CEL that may not stand as a field name (Kubernetes' rules of escaping).
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/**
 * A JSON value as CEL sees it by its schema: whole numbers as int, times as timestamps, objects as maps whose fields have the
 * escaped names of Kubernetes. Converted once per value: many rules look at the same parts.
 */
export function createConverter(): (schema: StructuralSchema | undefined, value: Json, isRoot: boolean) => unknown {
  const known = new Map<object, unknown>();
  const convert = (schema: StructuralSchema | undefined, value: Json, isRoot: boolean): unknown => {
    if (typeof value !== 'object' || value === null) return convertScalar(schema, value);
    let converted = known.get(value);
    if (converted === undefined) {
      converted = Array.isArray(value)
        ? value.map((item) => convert(schema?.items, item, false))
        : convertObject(schema, value, isRoot, convert);
      known.set(value, converted);
    }
    return converted;
  };
  return convert;
}

function convertScalar(schema: StructuralSchema | undefined, value: Json): unknown {
  if (typeof value === 'number') {
    return schema?.type !== 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === 'string') {
    if (schema?.format === 'date-time' || schema?.format === 'date') return new Date(value);
    if (schema?.format === 'byte') return new Uint8Array(Buffer.from(value, 'base64'));
  }
  return value;
}

function convertObject(
  schema: StructuralSchema | undefined,
  object: JsonObject,
  isRoot: boolean,
  convert: (schema: StructuralSchema | undefined, value: Json, isRoot: boolean) => unknown,
): Map<string, unknown> {
  const isResource = isRoot || schema?.['x-kubernetes-embedded-resource'] === true;
  const map = new Map<string, unknown>();
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const named = schema?.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (isResource && key === 'metadata') map.set(key, convertMetadata(value));
    else if (named || (isResource && (key === 'apiVersion' || key === 'kind'))) {
      map.set(escapeName(key), convert(named, value, false));
    } else map.set(key, convert(additional(schema), value, false));
  }
  return map;
}

/** Rules see the names of an object, and nothing else of its metadata. */
function convertMetadata(metadata: Json): Map<string, unknown> {
  const map = new Map<string, unknown>();
  const { name, generateName } = (metadata ?? {}) as JsonObject;
  if (name !== undefined) map.set('name', name);
  if (generateName !== undefined) map.set('generateName', generateName);
  return map;
}

export function additional(schema: StructuralSchema | undefined): StructuralSchema | undefined {
  const { additionalProperties } = schema ?? {};
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function escapeName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** The field that an escaped name of an expression means. */
export function unescapeName(name: string): string {
  const [, word = ''] = /^__([a-z]+)__$/.exec(name) ?? [];
  if (reserved.has(word)) return word;
  return name.replace(/__(underscores|dot|dash|slash)__/g, (_, kind: string) => unescaped[kind] ?? '');
}

const unescaped: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };
