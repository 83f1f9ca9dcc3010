import type { Json } from '../objects/meta.ts';
import type { StructuralSchema } from './structural.ts';

/**
 * What tells the items of a `set` or `map` list apart, as canonical JSON: the value itself, or an object of the key fields.
 * An absent key field counts with its default; `undefined` when the item has no key (wrong type, or no default).
 */
export function listKeyOf(list: StructuralSchema, item: Json): string | undefined {
  if (list['x-kubernetes-list-type'] === 'set') return canonicalJson(item);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const key: Record<string, Json> = {};
  let found = false;
  for (const name of sortedKeys(list)) {
    const value = item[name] ?? list.items?.properties?.[name]?.default;
    if (value === undefined) continue;
    key[name] = value;
    found = true;
  }
  return found ? JSON.stringify(key) : undefined;
}

const sortedCache = new WeakMap<StructuralSchema, readonly string[]>();

/** The key fields of a map list in the order of FieldsV1: sorted. */
export function sortedKeys(list: StructuralSchema): readonly string[] {
  const known = sortedCache.get(list);
  if (known !== undefined) return known;
  const sorted = [...(list['x-kubernetes-list-map-keys'] ?? [])].sort();
  sortedCache.set(list, sorted);
  return sorted;
}

/** JSON with sorted fields: equal text for equal values. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.keys(value).sort();
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`;
}
