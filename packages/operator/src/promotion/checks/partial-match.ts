import type { Json, JsonObject } from '@serval/kube/objects';

/** Where an answer is not what was expected. Values are JSON, shortened. */
export interface Difference {
  /** Such as `outputs[0].data[3]`; empty for the answer as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** Answers of models are a few levels deep; what is deeper would be a program, or a mistake. */
const maxDepth = 64;
const maxShown = 80;

/**
 * The first place where an answer differs from the part of it that counts: each field that is expected must be there, others may be anything;
 * lists must have the same length.
 *
 * @param tolerance  how far a number may be from the expected one, as their absolute difference
 */
export function differenceOf(expected: Json, actual: Json | undefined, tolerance: number): Difference | undefined {
  return compare(expected, actual, tolerance, '', 0);
}

function compare(
  expected: Json,
  actual: Json | undefined,
  tolerance: number,
  path: string,
  depth: number,
): Difference | undefined {
  const differs: Difference = { path, expected: shown(expected), actual: shown(actual) };
  if (depth > maxDepth) return { path, expected: `at most ${maxDepth} levels`, actual: 'more' };
  if (typeof expected === 'number') {
    return typeof actual === 'number' && Math.abs(actual - expected) <= tolerance ? undefined : differs;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return differs;
    if (actual.length !== expected.length) {
      return { path, expected: `${expected.length} items`, actual: `${actual.length} items` };
    }
    return first(expected, (item, index) => compare(item, actual[index], tolerance, `${path}[${index}]`, depth + 1));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return differs;
    return first(Object.entries(expected), ([name, value]) => {
      const own = Object.hasOwn(actual, name) ? actual[name] : undefined;
      return compare(value as Json, own as Json | undefined, tolerance, path ? `${path}.${name}` : name, depth + 1);
    });
  }
  return expected === actual ? undefined : differs;
}

function first<T>(items: readonly T[], each: (item: T, index: number) => Difference | undefined) {
  for (const [index, item] of items.entries()) {
    const difference = each(item, index);
    if (difference) return difference;
  }
  return undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what is nested, only its kind: JSON of it may be long. */
function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > maxShown ? `${text.slice(0, maxShown - 1)}…` : text;
}
