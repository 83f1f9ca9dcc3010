import { cloneJson } from '../objects/clone-json.ts';
import type { Json, JsonObject } from '../objects/meta.ts';
import { metadataNode, nodeOf, type SchemaNode } from './schema-node.ts';
import type { StructuralSchema } from './structural.ts';

/**
 * Fills in defaults where a field is absent, or null without being nullable; a null that is neither nullable nor defaulted is
 * dropped (apiextensions: structural defaulting and pruning of nulls). Defaults inside defaults apply. Returns the same object when
 * nothing changes; otherwise a copy that shares what did not change.
 */
export function applyDefaults<T extends object>(schema: StructuralSchema, object: T): T {
  return fill(nodeOf(schema), object as JsonObject, true) as T;
}

function fill(node: SchemaNode, value: Json, isRoot = false): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return node.items ? fillItems(node.items, value) : value;
  return fillFields(node, value, isRoot || node.isEmbedded);
}

function fillItems(items: SchemaNode, list: Json[]): Json[] {
  let result = list;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Json;
    const filled = item === null && replacesNull(items) ? cloneJson(items.schema.default as Json) : fill(items, item);
    if (filled === item) continue;
    if (result === list) result = [...list];
    result[i] = filled;
  }
  return result;
}

function replacesNull({ schema }: SchemaNode): boolean {
  return schema.default !== undefined && schema.nullable !== true;
}

function fillFields(node: SchemaNode, object: JsonObject, isResource: boolean): JsonObject {
  let result = object;
  const change = (key: string, value: Json | undefined) => {
    if (result === object) result = { ...object };
    if (value === undefined) delete result[key];
    else result[key] = value;
  };
  for (const [key, fallback] of node.defaults) {
    if (isResource && key === 'metadata') continue;
    if (object[key] === undefined || !Object.hasOwn(object, key)) change(key, cloneJson(fallback));
  }
  for (const key of Object.keys(result)) {
    const value = result[key] as Json;
    if (typeof value !== 'object') continue;
    const field = isResource && key === 'metadata' ? metadataNode : node.field(key, false);
    if (field === undefined) continue;
    if (value === null) {
      const { nullable, default: fallback } = field.schema;
      if (nullable !== true) change(key, fallback === undefined ? undefined : fill(field, cloneJson(fallback)));
      continue;
    }
    const filled = fill(field, value);
    if (filled !== value) change(key, filled);
  }
  return result;
}
