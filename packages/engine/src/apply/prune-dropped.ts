import type { Json } from '@serval/kube/objects';
import { difference, type FieldSet, intersection, isEmptySet, union } from './field-set.ts';
import { presentFields, withNamedFields } from './owned-fields.ts';
import { removeFields } from './remove.ts';
import type { Typed } from './shape.ts';

/**
 * The merged object without what this manager applied last time and does not apply now, unless somebody owns it.
 *
 * @param last what the manager owned before.
 * @param claimed what it applies now.
 * @param owned what all managers own now, this one included.
 */
export function pruneDropped(type: Typed, merged: Json, last: FieldSet, claimed: FieldSet, owned: FieldSet): Json {
  if (isEmptySet(last)) return merged;
  const lastNamed = withNamedFields(type, last);
  const mergedFields = withNamedFields(type, presentFields(type, merged));
  const fieldsOf = (value: Json) => withNamedFields(type, presentFields(type, value));

  const withoutLast = removeFields(type, merged, lastNamed);
  // Removing an item takes what others have inside it along: put back whatever somebody owns.
  const kept = union(fieldsOf(withoutLast), withNamedFields(type, owned));
  const withOwned = removeFields(type, merged, difference(mergedFields, kept));
  // What nobody owns (defaults, say) goes only where the manager owned it.
  const present = union(fieldsOf(withOwned), withNamedFields(type, claimed));
  const gone = difference(mergedFields, present);
  return removeFields(type, merged, intersection(gone, lastNamed));
}
