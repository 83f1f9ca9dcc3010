import { ModelError } from '../errors.ts';

type Fields = Record<string, unknown>;

/** Reads fields of a model document; each throws `ModelError` that names the path and what was expected. */
export function objectAt(parent: unknown, key: string, path: string): Fields {
  const value = (parent as Fields | undefined)?.[key];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw bad(`${path}.${key}`, 'an object', value);
}

export function listAt(parent: Fields, key: string, path: string): unknown[] {
  const value = parent[key];
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  throw bad(`${path}.${key}`, 'a list', value);
}

export function textAt(parent: Fields, key: string, path: string): string {
  const value = parent[key];
  if (typeof value === 'string') return value;
  throw bad(`${path}.${key}`, 'a string', value);
}

/** A whole number of 0 or more, which XGBoost writes as a string. */
export function countAt(parent: Fields, key: string, path: string, fallback?: number): number {
  const value = parent[key];
  if (value === undefined && fallback !== undefined) return fallback;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw bad(`${path}.${key}`, 'a whole number', value);
}

/** A list of numbers (true and false count as 1 and 0), of the given length if one is given. */
export function numbersAt(parent: Fields, key: string, path: string, length?: number): ArrayLike<number> {
  const value = parent[key];
  const isTyped = ArrayBuffer.isView(value);
  if (!isTyped && !Array.isArray(value)) throw bad(`${path}.${key}`, 'a list of numbers', value);
  const list = value as ArrayLike<unknown>;
  if (length !== undefined && list.length !== length) {
    throw new ModelError('ModelInvalid', `${path}.${key} has ${list.length} entries, expected ${length}`);
  }
  if (isTyped) return list as ArrayLike<number>;
  return Float64Array.from(list, (item) => {
    if (typeof item === 'number') return item;
    if (typeof item === 'boolean') return Number(item);
    throw bad(`${path}.${key}`, 'numbers', item);
  });
}

function bad(path: string, expected: string, value: unknown): ModelError {
  const got = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 40);
  return new ModelError('ModelInvalid', `${path}: expected ${expected}, got ${got}`);
}
