import { deepEqual, type Json, type JsonObject } from '@serval/kube/objects';
import { createBuilder, type FieldPath, type FieldSet, insertPath, recursiveDifference } from './field-set.ts';
import { entriesOf, fieldType, isEmptyValue, itemElement, itemType, type Shape, shapeOf, type Typed } from './shape.ts';

/** What one write did to an object. No path is in more than one of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

type Builders = Record<keyof Comparison, ReturnType<typeof createBuilder>>;

export function compareObjects(type: Typed, before: Json, after: Json): Comparison {
  const builders: Builders = { added: createBuilder(), modified: createBuilder(), removed: createBuilder() };
  compare(builders, type, before, after, []);
  return builders;
}

/** Leaves out fields that the write cannot change, such as `status` outside of `/status`. */
export function withoutFields({ added, modified, removed }: Comparison, reset: FieldSet): Comparison {
  return {
    added: recursiveDifference(added, reset),
    modified: recursiveDifference(modified, reset),
    removed: recursiveDifference(removed, reset),
  };
}

function compare(out: Builders, type: Typed, before: Json | undefined, after: Json | undefined, path: FieldPath): void {
  if (before === after) return;
  const shape = commonShape(type, before, after);
  if (shape === 'leaf' || (isEmptyValue(before) && isEmptyValue(after))) {
    if (before === undefined) insertPath(out.added, path);
    else if (after === undefined) insertPath(out.removed, path);
    else if (!deepEqual(before, after)) insertPath(out.modified, path);
    return;
  }
  if (shape === 'map') compareFields(out, type, before as JsonObject, after as JsonObject, path);
  else compareItems(out, type, (before ?? []) as Json[], (after ?? []) as Json[], path);
  if (before === undefined) insertPath(out.added, path);
  else if (after === undefined) insertPath(out.removed, path);
}

/** A null takes the shape of the other side; two different shapes are one changed value. */
function commonShape(type: Typed, before: Json | undefined, after: Json | undefined): Shape {
  const left = before === undefined || before === null ? undefined : shapeOf(type, before);
  const right = after === undefined || after === null ? undefined : shapeOf(type, after);
  return left === undefined ? (right ?? 'leaf') : right === undefined || left === right ? left : 'leaf';
}

function compareFields(
  out: Builders,
  type: Typed,
  before: JsonObject | undefined | null,
  after: JsonObject | undefined | null,
  path: FieldPath,
): void {
  const keys = new Set([...entriesOf(before ?? {}), ...entriesOf(after ?? {})].map(([key]) => key));
  for (const key of keys) {
    const left = before && Object.hasOwn(before, key) ? before[key] : undefined;
    const right = after && Object.hasOwn(after, key) ? after[key] : undefined;
    if (left === undefined && right === undefined) continue;
    compare(out, fieldType(type, key), left, right, [...path, `f:${key}`]);
  }
}

function compareItems(out: Builders, type: Typed, before: Json[], after: Json[], path: FieldPath): void {
  const left = Map.groupBy(before, (item) => itemElement(type, item));
  const right = Map.groupBy(after, (item) => itemElement(type, item));
  const items = itemType(type);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const old = left.get(element) ?? [];
    const now = right.get(element) ?? [];
    const at = [...path, element];
    // Items with a repeated key are compared and owned as a whole.
    if (old.length <= 1 && now.length <= 1) compare(out, items, old[0], now[0], at);
    else if (old.length >= 2 && now.length >= 2) {
      if (!deepEqual(old, now)) insertPath(out.modified, at);
    } else if (old.length >= 2) {
      if (now.length > 0) compare(out, items, undefined, now[0], at);
      else insertPath(out.removed, at);
    } else {
      if (old.length > 0) compare(out, items, old[0], undefined, at);
      insertPath(out.added, at);
    }
  }
}
