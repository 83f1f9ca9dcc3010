/*
 * Reads for validation, which runs before anybody knows whether an object has the types it should have: what is of another
 * type is as if it were absent, for the schema to speak of.
 */

/** The value if it is an object. */
export function readObject<T extends object>(value: T | null | undefined): T | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The objects of a list, with their places in it. */
export function readObjects<T extends object>(list: readonly T[] | null | undefined): [index: number, item: T][] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: T, index): [number, T][] => (readObject(item) ? [[index, item]] : []));
}

/** The value if it is a text. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value if it is a number. */
export function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Keys and texts of a map. */
export function readTexts(value: unknown): Record<string, string> {
  const map = readObject(value as object | undefined);
  return Object.fromEntries(
    Object.entries(map ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
