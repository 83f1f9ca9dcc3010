import { type AnyObject, type Json, type JsonObject, StatusError } from '@serval/kube/objects';
import { listKeyOf, type StructuralSchema } from '@serval/kube/schema';
import { formatPath } from './fields-v1.ts';
import { entriesOf, fieldType, type Typed } from './shape.ts';

/**
 * A configuration as it can be merged: nulls that the schema does not allow are left out, as decoding into a typed object would.
 *
 * @throws StatusError `BadRequest` for another version, for managedFields, and for items of keyed lists without or with repeated keys.
 */
export function checkApplied(applied: AnyObject, apiVersion: string, schema: StructuralSchema | undefined): JsonObject {
  if (applied.apiVersion !== apiVersion) {
    throw new StatusError(
      'BadRequest',
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion}, expected: ${apiVersion}`,
    );
  }
  if (applied.metadata?.managedFields) throw new StatusError('BadRequest', 'metadata.managedFields must be nil');
  const object = { ...applied, metadata: applied.metadata ?? {} } as unknown as JsonObject;
  return clean({ schema, isRoot: true }, object, []) as JsonObject;
}

function clean(type: Typed, value: Json, path: readonly string[]): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return cleanList(type, value, path);
  const result: JsonObject = {};
  for (const [key, child] of entriesOf(value)) {
    const field = fieldType(type, key);
    if (child === null && field.schema !== undefined && field.schema.nullable !== true) continue;
    const cleaned = clean(field, child, [...path, `f:${key}`]);
    Object.defineProperty(result, key, { value: cleaned, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

function cleanList(type: Typed, list: Json[], path: readonly string[]): Json[] {
  const { schema } = type;
  const listType = schema?.['x-kubernetes-list-type'];
  if (schema !== undefined && (listType === 'map' || listType === 'set')) checkKeys(schema, list, path);
  const items: Typed = { schema: schema?.items };
  return list.map((item, i) => clean(items, item, [...path, `i:${i}`]));
}

function checkKeys(schema: StructuralSchema, list: Json[], path: readonly string[]): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const key = listKeyOf(schema, item);
    if (key === undefined) {
      const keys = (schema['x-kubernetes-list-map-keys'] ?? []).join(', ');
      throw new StatusError('BadRequest', `${formatPath(path)}: element ${i} lacks the key field ${keys} of its list`);
    }
    if (seen.has(key)) {
      const element = schema['x-kubernetes-list-type'] === 'set' ? `v:${key}` : `k:${key}`;
      throw new StatusError('BadRequest', `${formatPath(path)}: duplicate entries for key ${formatPath([element])}`);
    }
    seen.add(key);
  });
}
