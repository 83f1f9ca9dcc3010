import type { Json, JsonObject } from '../objects/meta.ts';
import { objectMetaSchema } from './object-meta.ts';
import type { StructuralSchema } from './structural.ts';

/**
 * Fills in defaults where a field is absent, or null without being nullable; a null that is neither nullable nor defaulted is
 * dropped (apiextensions: structural defaulting and pruning of nulls). Defaults inside defaults apply. Returns the same object when
 * nothing changes; otherwise a copy that shares what did not change.
 */
export function applyDefaults<T extends object>(schema: StructuralSchema, object: T): T {
  return fill(schema, object as JsonObject, true) as T;
}

function fill(schema: StructuralSchema, value: Json, isRoot = false): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return schema.items ? fillItems(schema.items, value) : value;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  return fillFields(schema, value, isResource);
}

function fillItems(items: StructuralSchema, list: Json[]): Json[] {
  let result = list;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Json;
    const filled = item === null && replacesNull(items) ? structuredClone(items.default as Json) : fill(items, item);
    if (filled === item) continue;
    if (result === list) result = [...list];
    result[i] = filled;
  }
  return result;
}

function replacesNull(schema: StructuralSchema): boolean {
  return schema.default !== undefined && schema.nullable !== true;
}

function fillFields(schema: StructuralSchema, object: JsonObject, isResource: boolean): JsonObject {
  let result = object;
  const change = (key: string, value: Json | undefined) => {
    if (result === object) result = { ...object };
    if (value === undefined) delete result[key];
    else result[key] = value;
  };
  const { properties, additionalProperties } = schema;
  for (const [key, fallback] of defaultsOf(schema)) {
    if (isResource && key === 'metadata') continue;
    if (object[key] === undefined || !Object.hasOwn(object, key)) change(key, structuredClone(fallback));
  }
  for (const key of Object.keys(result)) {
    const field =
      isResource && key === 'metadata'
        ? objectMetaSchema
        : properties !== undefined && Object.hasOwn(properties, key)
          ? properties[key]
          : typeof additionalProperties === 'object'
            ? additionalProperties
            : undefined;
    if (field === undefined) continue;
    const value = result[key] as Json;
    if (value === null) {
      if (field.nullable === true) continue;
      change(key, field.default === undefined ? undefined : fill(field, structuredClone(field.default)));
      continue;
    }
    const filled = fill(field, value);
    if (filled !== value) change(key, filled);
  }
  return result;
}

const defaultsCache = new WeakMap<StructuralSchema, readonly [string, Json][]>();

function defaultsOf(schema: StructuralSchema): readonly [string, Json][] {
  const known = defaultsCache.get(schema);
  if (known !== undefined) return known;
  const found: [string, Json][] = [];
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined) found.push([key, field.default]);
  }
  defaultsCache.set(schema, found);
  return found;
}
