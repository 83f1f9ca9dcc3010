import type { Json, JsonObject } from '@serval/kube/objects';
import { createBuilder, type FieldPath, type FieldSet, type FieldSetBuilder, insertPath } from './field-set.ts';
import {
  elementType,
  entriesOf,
  fieldType,
  isEmptyValue,
  itemElement,
  itemType,
  shapeOf,
  type Typed,
} from './shape.ts';

/** The paths that applying `value` claims: leaves, items of keyed lists, entries of free maps, and what is empty. */
export function claimedFields(type: Typed, value: Json): FieldSet {
  const builder = createBuilder();
  collect(builder, type, value, [], true);
  return builder;
}

/** The paths at which `value` has something. A list that lost its last item has nothing. */
export function presentFields(type: Typed, value: Json): FieldSet {
  const builder = createBuilder();
  collect(builder, type, value, [], false);
  return builder;
}

function collect(builder: FieldSetBuilder, type: Typed, value: Json, path: FieldPath, countEmptyLists: boolean): void {
  switch (shapeOf(type, value)) {
    case 'leaf':
      insertPath(builder, path);
      return;
    case 'map':
      for (const [key, child] of entriesOf(value as JsonObject)) {
        const field = fieldType(type, key);
        const at = [...path, `f:${key}`];
        collect(builder, field, child, at, countEmptyLists);
        const isEmpty = isEmptyValue(child) && (countEmptyLists || !Array.isArray(child));
        if (isEmpty || !field.isNamed) insertPath(builder, at);
      }
      return;
    case 'list': {
      const counts = new Map<string, number>();
      const items = (value as Json[]).map((item) => [itemElement(type, item), item] as const);
      for (const [element] of items) counts.set(element, (counts.get(element) ?? 0) + 1);
      for (const [element, item] of items) {
        const at = [...path, element];
        // Repeated keys cannot be told apart: they are owned as a whole.
        if (counts.get(element) === 1) collect(builder, itemType(type), item, at, countEmptyLists);
        insertPath(builder, at);
      }
    }
  }
}

/**
 * The set with those named fields as members that lead to something. `f:spec` is no path of its own in a set, but goes when nothing
 * in it remains.
 */
export function withNamedFields(type: Typed, set: FieldSet): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    if (element.startsWith('f:') && fieldType(type, element.slice(2)).isNamed) members.add(element);
    children.set(element, withNamedFields(elementType(type, element), child));
  }
  return { members, children };
}
