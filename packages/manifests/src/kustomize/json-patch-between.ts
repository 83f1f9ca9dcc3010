import { deepEqual, type Json, type JsonObject } from '@serval/kube/objects';

/** The operations of RFC 6902 that are written here. */
export type PatchOperation = { op: 'add' | 'replace'; path: string; value: Json } | { op: 'remove'; path: string };

/**
 * A patch that makes `after` of `before`. Lists that only grew get their new items at the end, items that changed are
 * changed in place, and a list that lost items is replaced as a whole.
 */
export function jsonPatchBetween(before: Json, after: Json, path = ''): PatchOperation[] {
  if (deepEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length <= after.length) {
    return [
      ...before.flatMap((item, index) => jsonPatchBetween(item, after[index] as Json, `${path}/${index}`)),
      ...after.slice(before.length).map((value): PatchOperation => ({ op: 'add', path: `${path}/-`, value })),
    ];
  }
  if (isObject(before) && isObject(after)) return patchBetweenObjects(before, after, path);
  return [{ op: 'replace', path, value: after }];
}

function patchBetweenObjects(before: JsonObject, after: JsonObject, path: string): PatchOperation[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return fields.flatMap((field): PatchOperation[] => {
    const at = `${path}/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [old, value] = [ownField(before, field), ownField(after, field)];
    if (old === undefined) return value === undefined ? [] : [{ op: 'add', path: at, value }];
    return value === undefined ? [{ op: 'remove', path: at }] : jsonPatchBetween(old, value, at);
  });
}

/** Not what every object of JavaScript has, such as `valueOf`. */
function ownField(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
