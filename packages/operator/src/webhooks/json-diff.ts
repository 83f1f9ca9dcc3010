import { deepEqual, type Json, type JsonPatchOperation } from '@serval/kube/objects';

/**
 * The JSON patch that leads from one value to another. Objects are compared field by field, lists are replaced as a whole:
 * what admission adds is small, and a patch that a person can read is worth more than a short one.
 */
export function jsonDiff(from: unknown, to: unknown, path = ''): JsonPatchOperation[] {
  if (deepEqual(from, to)) return [];
  if (!isObject(from) || !isObject(to)) return [{ op: 'replace', path, value: to as Json }];
  const operations: JsonPatchOperation[] = [];
  for (const key of Object.keys(from)) {
    if (from[key] !== undefined && to[key] === undefined)
      operations.push({ op: 'remove', path: `${path}/${escapeToken(key)}` });
  }
  for (const [key, value] of Object.entries(to)) {
    if (value === undefined) continue;
    const at = `${path}/${escapeToken(key)}`;
    if (from[key] === undefined) operations.push({ op: 'add', path: at, value: value as Json });
    else operations.push(...jsonDiff(from[key], value, at));
  }
  return operations;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901. */
function escapeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
