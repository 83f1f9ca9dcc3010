import type { Json, JsonObject } from '@serval/kube/objects';
import type { FieldSet } from './field-set.ts';
import { elementType, fieldType, isEmptyValue, itemElement, shapeOf, type Typed } from './shape.ts';

/** The value without the fields and items of a set. What becomes empty stays, empty, unless it is in the set itself. */
export function removeFields(type: Typed, value: Json, set: FieldSet): Json {
  if (isEmptyValue(value)) return value;
  switch (shapeOf(type, value)) {
    case 'leaf':
      return value;
    case 'map':
      return removeFromMap(type, value as JsonObject, set);
    case 'list':
      return removeFromList(type, value as Json[], set);
  }
}

function removeFromMap(type: Typed, object: JsonObject, set: FieldSet): JsonObject {
  const result: JsonObject = { ...object };
  for (const element of set.children.keys()) {
    const key = element.slice(2);
    if (!element.startsWith('f:') || !Object.hasOwn(result, key) || set.members.has(element)) continue;
    result[key] = removeFields(fieldType(type, key), result[key] as Json, set.children.get(element) as FieldSet);
  }
  for (const element of set.members) if (element.startsWith('f:')) delete result[element.slice(2)];
  return result;
}

function removeFromList(type: Typed, list: Json[], set: FieldSet): Json[] {
  const result: Json[] = [];
  for (const item of list) {
    const element = itemElement(type, item);
    if (set.members.has(element)) continue;
    const child = set.children.get(element);
    result.push(child === undefined ? item : removeFields(elementType(type, element), item, child));
  }
  return result;
}
