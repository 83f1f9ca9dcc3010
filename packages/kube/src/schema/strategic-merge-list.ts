import type { Json, JsonObject } from '../objects/meta.ts';
import { canonicalJson } from './list-keys.ts';
import { badPatch, isObject, mergeMap, withoutDirectives } from './strategic-merge.ts';
import type { StructuralSchema } from './structural.ts';

export interface ListChange {
  /** Items to merge in, `$patch` items among them. */
  patch: Json[];
  /** `$setElementOrder`: the order of the items that the patch's author knows. */
  order: Json[] | undefined;
  /** `$deleteFromPrimitiveList`. */
  deleted: Json[] | undefined;
}

/**
 * A list merged by its merge key, or as a set of scalars where it has none. Items that the patch names come in its order; items that
 * only the server has go before the first named item that they preceded.
 */
export function mergeList(original: Json[], change: ListChange, schema: StructuralSchema | undefined): Json[] {
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  const hasMaps = [...original, ...change.patch].some(isObject);
  if (hasMaps && mergeKey === undefined) throw badPatch('a list of objects without merge key cannot be merged');
  const keyOf = hasMaps ? (item: Json) => keyOfItem(item, mergeKey as string) : (item: Json) => canonicalJson(item);
  const merged = hasMaps
    ? mergeItems(original, change.patch, mergeKey as string, schema?.items)
    : mergeScalars(original, change);
  const order = change.order ?? change.patch.filter((item) => !isDirectiveItem(item));
  return inOrder(merged, order.map(keyOf), original.map(keyOf), keyOf);
}

function keyOfItem(item: Json, mergeKey: string): string {
  const value = isObject(item) ? item[mergeKey] : undefined;
  if (value === undefined) throw badPatch(`a list item lacks its merge key "${mergeKey}"`);
  return canonicalJson(value);
}

function isDirectiveItem(item: Json): boolean {
  return isObject(item) && item['$patch'] !== undefined;
}

function mergeScalars(original: Json[], { patch, deleted }: ListChange): Json[] {
  const gone = new Set((deleted ?? []).map(canonicalJson));
  const kept = original.filter((item) => !gone.has(canonicalJson(item)));
  const seen = new Set<string>();
  return [...kept, ...patch].filter((item) => {
    const key = canonicalJson(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function mergeItems(original: Json[], patch: Json[], mergeKey: string, schema: StructuralSchema | undefined): Json[] {
  const changes = patch.filter((item) => !isDirectiveItem(item)) as JsonObject[];
  const directives = patch.filter(isDirectiveItem) as JsonObject[];
  if (directives.some((item) => item['$patch'] === 'replace')) return withoutDirectives(changes) as Json[];
  const deleted = new Set<string>();
  for (const item of directives) {
    if (item['$patch'] !== 'delete') throw badPatch(`unknown $patch ${JSON.stringify(item['$patch'])} in a list`);
    deleted.add(keyOfItem(item, mergeKey));
  }
  const result = original.filter((item) => !deleted.has(keyOfItem(item, mergeKey)));
  const places = new Map<string, number>();
  result.forEach((item, i) => {
    const key = keyOfItem(item, mergeKey);
    if (!places.has(key)) places.set(key, i);
  });
  for (const item of changes) {
    const key = keyOfItem(item, mergeKey);
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, result.length);
      result.push(withoutDirectives(item) ?? {});
    } else result[place] = mergeMap(result[place] as JsonObject, item, schema);
  }
  return result;
}

/**
 * Named items in the given order, the others in the order they had. The two sequences are interleaved by the positions of the original
 * list as far as those are known.
 */
function inOrder(items: Json[], order: string[], before: string[], keyOf: (item: Json) => string): Json[] {
  const rank = new Map(order.map((key, i) => [key, i]));
  const place = new Map(before.map((key, i) => [key, i]));
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  const named = keyed.filter(({ key }) => rank.has(key)).sort((a, b) => rank.get(a.key)! - rank.get(b.key)!);
  const others = keyed
    .filter(({ key }) => !rank.has(key))
    .sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  const result: Json[] = [];
  let next = 0;
  for (const { item, key } of named) {
    const at = place.get(key);
    while (at !== undefined && next < others.length && (place.get(others[next]!.key) ?? Infinity) < at) {
      result.push(others[next]!.item);
      next += 1;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next).map(({ item }) => item)];
}
