import type { Json, JsonObject } from '../objects/meta.ts';
import { nodeOf, type SchemaNode } from './schema-node.ts';
import type { StructuralSchema } from './structural.ts';
import { pathText } from './value-path.ts';

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
  const walk: Walk = { path: [], unknownPaths: [] };
  const pruned = prune(walk, nodeOf(schema), object as JsonObject, true);
  return { object: pruned as T, unknownPaths: walk.unknownPaths };
}

interface Walk {
  readonly path: (string | number)[];
  readonly unknownPaths: string[];
}

function prune(walk: Walk, node: SchemaNode, value: JsonObject | Json[], isRoot = false): Json {
  if (Array.isArray(value)) return node.items ? pruneItems(walk, node.items, value) : value;
  return pruneFields(walk, node, value, isRoot || node.isEmbedded);
}

function pruneBelow(walk: Walk, step: string | number, node: SchemaNode, value: JsonObject | Json[]): Json {
  walk.path.push(step);
  const pruned = prune(walk, node, value);
  walk.path.pop();
  return pruned;
}

function pruneItems(walk: Walk, items: SchemaNode, list: Json[]): Json[] {
  let result = list;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i] as Json;
    if (typeof item !== 'object' || item === null) continue;
    const pruned = pruneBelow(walk, i, items, item);
    if (pruned === item) continue;
    if (result === list) result = [...list];
    result[i] = pruned;
  }
  return result;
}

function pruneFields(walk: Walk, node: SchemaNode, object: JsonObject, isResource: boolean): JsonObject {
  let result = object;
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    const field = node.field(key, isResource);
    if (field === undefined) {
      if (node.keepsUnknown) continue;
      walk.unknownPaths.push(pathText([...walk.path, key]));
      if (result === object) result = { ...object };
      delete result[key];
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    const pruned = pruneBelow(walk, key, field, value);
    if (pruned === value) continue;
    if (result === object) result = { ...object };
    result[key] = pruned;
  }
  return result;
}
