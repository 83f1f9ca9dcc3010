import type { Json, JsonObject } from '@serval/kube/objects';
import { listKeyOf, propertySchema, type StructuralSchema } from '@serval/kube/schema';

/**
 * A value and what is known of it. `isRoot`: a whole object, whose metadata has a schema of its own. Without a schema, maps are
 * granular and lists atomic, as structured-merge-diff deduces them.
 */
export interface Typed {
  readonly schema: StructuralSchema | undefined;
  readonly isRoot?: boolean;
}

export type Shape = 'leaf' | 'map' | 'list';

/** How ownership works for a value: as one (`leaf`), field by field, or item by item. */
export function shapeOf({ schema }: Typed, value: Json): Shape {
  if (typeof value !== 'object' || value === null) return 'leaf';
  if (Array.isArray(value))
    return schema !== undefined && isKeyedList(schema) && isKeyable(schema, value) ? 'list' : 'leaf';
  return schema?.['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'map';
}

function isKeyedList(schema: StructuralSchema): boolean {
  const type = schema['x-kubernetes-list-type'];
  return type === 'map' || type === 'set';
}

function isKeyable(schema: StructuralSchema, list: Json[]): boolean {
  return list.every((item) => listKeyOf(schema, item) !== undefined);
}

/** The path element of an item of a keyed list: `k:{"name":"web"}` or `v:"a"`. */
export function itemElement({ schema }: Typed, item: Json): string {
  const kind = schema?.['x-kubernetes-list-type'] === 'set' ? 'v:' : 'k:';
  return kind + listKeyOf(schema as StructuralSchema, item);
}

export function itemType({ schema }: Typed): Typed {
  return { schema: schema?.items };
}

/** The type of a field, and whether the schema names it (rather than allowing any key). */
export function fieldType(of: Typed, key: string): Typed & { readonly isNamed: boolean } {
  const { schema } = of;
  const isResource = of.isRoot === true || schema?.['x-kubernetes-embedded-resource'] === true;
  const known = propertySchema(schema ?? {}, key, isResource);
  const isNamed =
    known !== undefined &&
    ((isResource && (key === 'metadata' || key === 'apiVersion' || key === 'kind')) ||
      (schema?.properties !== undefined && Object.hasOwn(schema.properties, key)));
  return { schema: known, isNamed };
}

/** The type behind a path element. */
export function elementType(of: Typed, element: string): Typed {
  return element.startsWith('f:') ? fieldType(of, element.slice(2)) : itemType(of);
}

export function isEmptyValue(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Fields that are set; JSON has no `undefined`, objects in memory may. */
export function entriesOf(object: JsonObject): [string, Json][] {
  return Object.entries(object).filter(([, value]) => value !== undefined);
}
