import type { Json } from '@serval/kube/objects';

/*
 * Reads and writes that take any key for a key: objects come from people, and `__proto__` is the name of a label like any other.
 */

export type JsonMap = Record<string, Json>;

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is Json[] {
  return Array.isArray(value);
}

export function ownValue(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Writes the value; undefined takes the key away. */
export function setOwn(map: JsonMap, key: string, value: Json | undefined): void {
  if (value === undefined) delete map[key];
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Whether lists and maps are nested deeper than this. Does not recurse, so it can be asked of anything. */
export function isDeeper(value: Json, depth: number): boolean {
  let level: Json[] = [value];
  for (let at = 0; at <= depth && level.length > 0; at++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return level.length > 0;
}
