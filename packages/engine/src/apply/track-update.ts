import type { AnyObject, ManagedFieldsEntry } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { readStored, withoutManagedFields } from './apply.ts';
import { compareObjects, withoutFields } from './compare.ts';
import { releaseFields } from './conflicts.ts';
import { emptySet, isEmptySet, union } from './field-set.ts';
import {
  foldOldUpdaters,
  type Manager,
  type Managers,
  managerId,
  readManagers,
  withoutUnowned,
  writeManagers,
} from './managers.ts';
import { resetFieldsOf } from './reset-fields.ts';
import type { Typed } from './shape.ts';

export interface UpdateInput {
  /** Absent on create. */
  old: AnyObject | undefined;
  /** What is to be stored, after admission. Its managedFields, where sent and readable, replace the stored ones. */
  new: AnyObject;
  manager: string;
  apiVersion: string;
  schema: StructuralSchema | undefined;
  /** Empty or absent for the object itself. */
  subresource?: string;
  /** As in `ApplyInput`. */
  resetPaths?: readonly (readonly string[])[];
  /** RFC 3339 with seconds. */
  now: string;
}

/**
 * The managedFields after a write that was no apply: its manager owns what it added or changed, others lose that and what is gone.
 * A write that changes nothing keeps the entries as they are. `undefined` where the object is not tracked (a client may send
 * `managedFields: [{}]` to stop it).
 */
export function trackUpdate(input: UpdateInput): ManagedFieldsEntry[] | undefined {
  const { old, new: next, manager: name, apiVersion, schema, subresource = '', now } = input;
  const sent = next.metadata.managedFields;
  if (sent?.length === 1 && Object.keys(sent[0] ?? {}).length === 0) return undefined;
  const managers = startingManagers(old, next, subresource);
  if (old !== undefined && managers.size === 0) return undefined;

  const type: Typed = { schema, isRoot: true };
  const before = old === undefined ? {} : withoutManagedFields(old);
  const reset = resetFieldsOf(subresource, input.resetPaths);
  const comparison = withoutFields(compareObjects(type, before as never, withoutManagedFields(next)), reset);
  const remaining = new Map(releaseFields(managers, '', comparison));

  const taken = withoutUnowned(union(comparison.added, comparison.modified));
  if (!isEmptySet(taken)) {
    const writer: Manager = { name, operation: 'Update', apiVersion, subresource, time: now, fields: taken };
    const id = managerId(writer);
    const fields = union(remaining.get(id)?.fields ?? emptySet, taken);
    remaining.set(id, { ...writer, fields });
  }
  const entries = writeManagers(foldOldUpdaters(remaining));
  return entries.length > 0 ? entries : undefined;
}

/** A client may rewrite the managedFields of an object, though not through a subresource; nonsense is ignored. */
function startingManagers(old: AnyObject | undefined, next: AnyObject, subresource: string): Managers {
  const stored: Managers = old === undefined ? new Map() : readStored(old);
  if (subresource !== '') return stored;
  try {
    const sent = readManagers(next.metadata.managedFields);
    return sent.size > 0 ? sent : stored;
  } catch {
    return stored;
  }
}
