import type { Json, JsonObject } from '../objects/meta.ts';
import { StatusError } from '../objects/status-error.ts';
import { propertySchema } from './object-meta.ts';
import { mergeList } from './strategic-merge-list.ts';
import type { StructuralSchema } from './structural.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const elementOrder = '$setElementOrder/';
const deletion = '$deleteFromPrimitiveList/';

/**
 * The original with a strategic merge patch applied: maps merge, `null` deletes, lists merge by the merge key that the schema declares
 * and are replaced where it declares none. Directives: `$patch: replace|delete`, `$retainKeys`, `$setElementOrder/LIST`,
 * `$deleteFromPrimitiveList/LIST`. Neither argument is changed; the result may share parts of both.
 *
 * @throws StatusError `BadRequest` for a malformed directive, and for a list item without its merge key.
 */
export function applyStrategicMerge(
  original: JsonObject,
  patch: JsonObject,
  schema: StructuralSchema | undefined,
): JsonObject {
  return mergeMap(original, patch, schema, true);
}

export function badPatch(message: string): StatusError {
  return new StatusError('BadRequest', `strategic merge patch: ${message}`);
}

export function mergeMap(
  original: JsonObject,
  patch: JsonObject,
  schema: StructuralSchema | undefined,
  isRoot = false,
): JsonObject {
  const action = patch[directive];
  if (action === 'delete') return {};
  if (action === 'replace') return withoutDirectives(patch) as JsonObject;
  if (action !== undefined) throw badPatch(`unknown $patch ${JSON.stringify(action)}; expected replace or delete`);

  const result = retained(original, patch);
  const fields = new Set(Object.keys(patch).flatMap((key) => fieldOf(key) ?? []));
  for (const field of fields) {
    const change: FieldChange = {
      value: patch[field],
      order: listOf(patch, elementOrder + field),
      deleted: listOf(patch, deletion + field),
    };
    const before = Object.hasOwn(result, field) ? result[field] : undefined;
    const after = changeField(before, change, schema && propertySchema(schema, field, isRoot));
    if (after === undefined) delete result[field];
    else Object.defineProperty(result, field, { value: after, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

interface FieldChange {
  value: Json | undefined;
  order: Json[] | undefined;
  deleted: Json[] | undefined;
}

function changeField(
  before: Json | undefined,
  { value, order, deleted }: FieldChange,
  schema: StructuralSchema | undefined,
): Json | undefined {
  if (value === null) return undefined;
  const strategies = schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
  if (isList(before) && (isList(value) || order || deleted)) {
    const isMerged = strategies.includes('merge');
    if (isList(value) && !isMerged) return withoutDirectives(value);
    return mergeList(before, { patch: isList(value) ? value : [], order, deleted }, schema);
  }
  // Order and deletions say nothing about a list that is not there.
  if (value === undefined) return before;
  if (isObject(before) && isObject(value) && !strategies.includes('replace')) return mergeMap(before, value, schema);
  return withoutDirectives(value);
}

/** The field that a key of a patch is about; nothing for the directives of the map itself. */
function fieldOf(key: string): string | undefined {
  if (key === directive || key === retainKeys) return undefined;
  if (key.startsWith(elementOrder)) return key.slice(elementOrder.length);
  return key.startsWith(deletion) ? key.slice(deletion.length) : key;
}

/** A copy of the original with only the fields that `$retainKeys` names, where it is given. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = listOf(patch, retainKeys);
  if (keys === undefined) return { ...original };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$') || value === null || keys.includes(key)) continue;
    throw badPatch(`"${key}" is in the patch but not in its $retainKeys`);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function listOf(patch: JsonObject, key: string): Json[] | undefined {
  if (!Object.hasOwn(patch, key)) return undefined;
  const value = patch[key];
  if (!isList(value)) throw badPatch(`${key} must be a list`);
  return value;
}

/** A patch value as it is stored where nothing was before: no directives, no nulls, no items that were to be deleted. */
export function withoutDirectives(value: Json): Json | undefined {
  if (isList(value)) {
    return value
      .filter((item) => !(isObject(item) && item[directive] !== undefined && Object.keys(item).length === 1))
      .flatMap((item) => withoutDirectives(item) ?? []);
  }
  if (!isObject(value)) return value;
  if (value[directive] === 'delete') return undefined;
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const isDirective = fieldOf(key) !== key;
    const kept = isDirective || child === null ? undefined : withoutDirectives(child);
    if (kept !== undefined) {
      Object.defineProperty(result, key, { value: kept, enumerable: true, configurable: true, writable: true });
    }
  }
  return result;
}

function isList(value: Json | undefined): value is Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
