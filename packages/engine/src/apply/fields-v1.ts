import type { Json, JsonObject } from '@serval/kube/objects';
import { canonicalJson } from '@serval/kube/schema';
import { createBuilder, type FieldPath, type FieldSet, type FieldSetBuilder } from './field-set.ts';

/** Deeper sets are refused; no Kubernetes object nests that far. */
const maxDepth = 128;

/**
 * Reads the `fieldsV1` of a managedFields entry.
 *
 * @throws RangeError for a key that is no path element.
 */
export function parseFieldsV1(fields: JsonObject | undefined): FieldSet {
  const builder = createBuilder();
  fill(builder, fields ?? {}, 0);
  return builder;
}

function fill(builder: FieldSetBuilder, fields: JsonObject, depth: number): void {
  if (depth > maxDepth) throw new RangeError(`fieldsV1 nests deeper than ${maxDepth} levels`);
  for (const [key, value] of Object.entries(fields)) {
    if (key === '.') continue;
    const element = normalElement(key);
    const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    const keys = Object.keys(inner);
    if (keys.length === 0 || Object.hasOwn(inner, '.')) builder.members.add(element);
    if (keys.length > 1 || (keys.length === 1 && keys[0] !== '.')) {
      const child = createBuilder();
      fill(child, inner, depth + 1);
      builder.children.set(element, child);
    }
  }
}

/** Two spellings of one key (`{"a": 1}`, `{"a":1}`) are one element. */
function normalElement(key: string): string {
  const kind = key.slice(0, 2);
  if (kind === 'f:') return key;
  try {
    if (kind === 'k:' || kind === 'v:') return kind + canonicalJson(JSON.parse(key.slice(2)) as Json);
    if (kind === 'i:' && /^\d{1,9}$/.test(key.slice(2))) return key;
  } catch {
    // Named below.
  }
  throw new RangeError(`"${key}" is not a path element of fieldsV1; expected f:, k:, v: or i:`);
}

/** The `fieldsV1` of a set; equal sets give equal objects, keys in order. */
export function serializeFieldsV1(set: FieldSet): JsonObject {
  const result: JsonObject = {};
  const elements = new Set([...set.members, ...set.children.keys()]);
  for (const element of [...elements].sort()) {
    const child = set.children.get(element);
    const inner = child === undefined ? {} : serializeFieldsV1(child);
    const isLeaf = Object.keys(inner).length === 0;
    if (isLeaf && !set.members.has(element)) continue;
    result[element] = set.members.has(element) && !isLeaf ? { '.': {}, ...inner } : inner;
  }
  return result;
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join('');
}

function formatElement(element: string): string {
  const content = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${content}`;
    case 'k:': {
      const keys = Object.entries(JSON.parse(content) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v:':
      return `[=${content}]`;
    default:
      return `[${content}]`;
  }
}
