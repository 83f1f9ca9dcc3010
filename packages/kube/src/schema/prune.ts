import type { Json, JsonObject } from '../objects/meta.ts';
import { fieldPath } from './field-error.ts';
import { propertySchema } from './object-meta.ts';
import type { StructuralSchema } from './structural.ts';

export interface Pruned<T> {
  /** The same object when nothing was unknown; otherwise a copy that shares what did not change. */
  object: T;
  /** Paths of what was dropped: `spec.foo`, `spec.ports[0].bar`. */
  unknownPaths: string[];
}

/**
 * Drops fields that the schema does not know, as an API server does before storing
 * (`x-kubernetes-preserve-unknown-fields` keeps them). apiVersion, kind and metadata are known at the root and in embedded
 * resources. Values of the wrong type stay for the validation to report.
 */
export function pruneUnknown<T extends object>(schema: StructuralSchema, object: T): Pruned<T> {
  const unknownPaths: string[] = [];
  const pruned = prune(schema, object as JsonObject, '', unknownPaths, true);
  return { object: pruned as T, unknownPaths };
}

function prune(schema: StructuralSchema, value: Json, path: string, unknown: string[], isRoot = false): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return schema.items ? pruneItems(schema.items, value, path, unknown) : value;
  return pruneFields(schema, value, path, unknown, isRoot || schema['x-kubernetes-embedded-resource'] === true);
}

function pruneItems(items: StructuralSchema, list: Json[], path: string, unknown: string[]): Json[] {
  let result = list;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Json;
    if (typeof item !== 'object' || item === null) continue;
    const pruned = prune(items, item, `${path}[${i}]`, unknown);
    if (pruned === item) continue;
    if (result === list) result = [...list];
    result[i] = pruned;
  }
  return result;
}

function pruneFields(
  schema: StructuralSchema,
  object: JsonObject,
  path: string,
  unknown: string[],
  isResource: boolean,
): JsonObject {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  let result = object;
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    const field = propertySchema(schema, key, isResource);
    if (field === undefined) {
      if (keepsUnknown) continue;
      unknown.push(fieldPath(path, key));
      if (result === object) result = { ...object };
      delete result[key];
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    const pruned = prune(field, value, fieldPath(path, key), unknown);
    if (pruned === value) continue;
    if (result === object) result = { ...object };
    result[key] = pruned;
  }
  return result;
}
