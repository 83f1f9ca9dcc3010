import { deepEqual } from './deep-equal.ts';
import type { Json, JsonObject } from './meta.ts';

export type JsonPatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: Json }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string };

/** A patch that cannot be applied; `index` counts operations from 0. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
  /** `malformed`: not a patch (400). `inapplicable`: a path is missing or a test failed (422). */
  readonly code: 'malformed' | 'inapplicable';
  readonly index: number;

  constructor(code: 'malformed' | 'inapplicable', index: number, message: string) {
    super(`operation ${index}: ${message}`);
    this.code = code;
    this.index = index;
  }
}

/** Kubernetes takes at most this many operations in one request. */
export const maxJsonPatchOperations = 10_000;

/**
 * RFC 6902, all of it or nothing. The target is not changed.
 *
 * @throws JsonPatchError naming the operation and its path.
 */
export function applyJsonPatch(target: Json, patch: unknown): Json {
  const operations = parseJsonPatch(patch);
  let root = structuredClone(target);
  operations.forEach((operation, index) => {
    root = applyOperation(root, operation, (message) => new JsonPatchError('inapplicable', index, message));
  });
  return root;
}

function parseJsonPatch(patch: unknown): JsonPatchOperation[] {
  if (!Array.isArray(patch)) throw new JsonPatchError('malformed', 0, 'a JSON patch is an array of operations');
  if (patch.length > maxJsonPatchOperations) {
    const message = `a JSON patch takes at most ${maxJsonPatchOperations} operations, got ${patch.length}`;
    throw new JsonPatchError('malformed', maxJsonPatchOperations, message);
  }
  return patch.map((operation, index) => {
    const wrong = (message: string) => new JsonPatchError('malformed', index, message);
    if (typeof operation !== 'object' || operation === null) throw wrong('expected an object with "op" and "path"');
    const { op, path, from } = operation as Record<string, unknown>;
    if (!['add', 'remove', 'replace', 'move', 'copy', 'test'].includes(op as string)) {
      throw wrong(`unknown op ${JSON.stringify(op)}; expected add, remove, replace, move, copy or test`);
    }
    if (!isPointer(path))
      throw wrong(`"path" must be a JSON pointer such as /spec/replicas, got ${JSON.stringify(path)}`);
    if ((op === 'move' || op === 'copy') && !isPointer(from)) {
      throw wrong(`"from" must be a JSON pointer, got ${JSON.stringify(from)}`);
    }
    if ((op === 'add' || op === 'replace' || op === 'test') && operation.value === undefined) {
      throw wrong(`"${op}" needs a "value"`);
    }
    return operation as JsonPatchOperation;
  });
}

function isPointer(path: unknown): path is string {
  return typeof path === 'string' && (path === '' || path.startsWith('/'));
}

type Fail = (message: string) => JsonPatchError;

function applyOperation(root: Json, operation: JsonPatchOperation, fail: Fail): Json {
  switch (operation.op) {
    case 'add':
      return add(root, operation.path, structuredClone(operation.value), fail);
    case 'remove':
      return remove(root, operation.path, fail);
    case 'replace':
      read(root, operation.path, fail);
      return set(root, operation.path, structuredClone(operation.value), fail);
    case 'copy':
      return add(root, operation.path, structuredClone(read(root, operation.from, fail)), fail);
    case 'move': {
      if (operation.path.startsWith(`${operation.from}/`)) {
        throw fail(`cannot move ${operation.from} into itself at ${operation.path}`);
      }
      const value = read(root, operation.from, fail);
      return add(remove(root, operation.from, fail), operation.path, value, fail);
    }
    case 'test': {
      const found = read(root, operation.path, fail);
      if (!deepEqual(found, operation.value)) throw fail(`test of ${operation.path} failed: the value differs`);
      return root;
    }
  }
}

/** Follows a pointer to the container of its last segment. */
function locate(root: Json, path: string, fail: Fail): { parent: Json[] | JsonObject; key: string } {
  const segments = path.split('/').slice(1).map(unescapeSegment);
  const key = segments.pop() as string;
  let parent = root;
  for (const segment of segments) parent = child(parent, segment, path, fail);
  if (typeof parent !== 'object' || parent === null) throw fail(`${path} does not exist: its parent is a scalar`);
  return { parent, key };
}

function child(parent: Json, segment: string, path: string, fail: Fail): Json {
  if (Array.isArray(parent)) return parent[itemIndex(segment, parent.length - 1, path, fail)] as Json;
  if (typeof parent === 'object' && parent !== null && Object.hasOwn(parent, segment)) return parent[segment] as Json;
  throw fail(`${path} does not exist: there is no "${segment}"`);
}

function itemIndex(segment: string, max: number, path: string, fail: Fail): number {
  // Negative and padded indexes are not part of RFC 6901.
  const index = /^(0|[1-9]\d{0,8})$/.test(segment) ? Number(segment) : Number.NaN;
  if (!(index <= max)) throw fail(`${path} does not exist: "${segment}" is not an index from 0 to ${max}`);
  return index;
}

function read(root: Json, path: string, fail: Fail): Json {
  if (path === '') return root;
  const { parent, key } = locate(root, path, fail);
  return child(parent, key, path, fail);
}

function add(root: Json, path: string, value: Json, fail: Fail): Json {
  if (path === '') return value;
  const { parent, key } = locate(root, path, fail);
  if (Array.isArray(parent)) {
    parent.splice(key === '-' ? parent.length : itemIndex(key, parent.length, path, fail), 0, value);
  } else define(parent, key, value);
  return root;
}

function set(root: Json, path: string, value: Json, fail: Fail): Json {
  if (path === '') return value;
  const { parent, key } = locate(root, path, fail);
  if (Array.isArray(parent)) parent[itemIndex(key, parent.length - 1, path, fail)] = value;
  else define(parent, key, value);
  return root;
}

function remove(root: Json, path: string, fail: Fail): Json {
  if (path === '') throw fail('the whole object cannot be removed');
  const { parent, key } = locate(root, path, fail);
  child(parent, key, path, fail);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return root;
}

function define(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A path segment as RFC 6901 writes it. */
export function escapePointerSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
