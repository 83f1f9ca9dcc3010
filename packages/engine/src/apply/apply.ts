import { type AnyObject, deepEqual, type Json, type JsonObject } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { checkApplied } from './check-applied.ts';
import { type Comparison, compareObjects, withoutFields } from './compare.ts';
import { conflictError, conflictsOutside, findConflicts, releaseFields } from './conflicts.ts';
import { emptySet, equalSets, recursiveDifference, union } from './field-set.ts';
import { fieldsOfLastApplied, renewLastApplied } from './last-applied.ts';
import { type Manager, type Managers, managerId, readManagers, withoutUnowned, writeManagers } from './managers.ts';
import { mergeApplied } from './merge.ts';
import { claimedFields } from './owned-fields.ts';
import { pruneDropped } from './prune-dropped.ts';
import { removeFields } from './remove.ts';
import { resetFieldsOf } from './reset-fields.ts';
import type { Typed } from './shape.ts';

export interface ApplyInput {
  /** What is stored, in the version of the request; absent when the apply creates. */
  live: AnyObject | undefined;
  /** The configuration, as sent. */
  applied: AnyObject;
  manager: string;
  apiVersion: string;
  /** Without one, maps merge by field and lists are replaced. */
  schema: StructuralSchema | undefined;
  /** Take fields over from other managers. */
  force: boolean;
  /** Empty or absent for the object itself. */
  subresource?: string;
  /** Default: `status`, or `spec` through `/status`. `[]` for kinds without a status subresource. */
  resetPaths?: readonly (readonly string[])[];
  /** RFC 3339 with seconds. */
  now: string;
}

/** The kubectl that applies on the server; its client-side past is its own. */
const kubectlManager = 'kubectl';
const beforeFirstApply = 'before-first-apply';

/**
 * Server-side apply: merges a configuration into the live object and keeps account of who owns which field. An apply that changes
 * nothing answers an object that equals the live one, managedFields and their times included. Arguments are not changed.
 *
 * @throws StatusError `Conflict` with a cause per field that another manager owns and `force` does not take; `BadRequest` for a
 *   configuration of another version, with managedFields, or with items that lack or repeat their keys.
 */
export function applyServerSide(input: ApplyInput): { object: AnyObject } {
  const { live, manager, apiVersion, schema, force, subresource = '', now } = input;
  const type: Typed = { schema, isRoot: true };
  const reset = resetFieldsOf(subresource, input.resetPaths);
  const applied = checkApplied(input.applied, apiVersion, schema);
  const config = removeFields(type, applied, reset) as JsonObject;
  const before = withoutManagedFields(live ?? emptyObject(input.applied));
  const known = managersOf(type, live, before, now);

  const applier: Manager = {
    name: manager,
    operation: 'Apply',
    apiVersion,
    subresource,
    time: now,
    fields: recursiveDifference(claimedFields(type, config), reset),
  };
  const id = managerId(applier);
  const last = known.get(id);
  const managers = new Map(known).set(id, applier);

  const merged = mergeApplied(type, before, config) as Json;
  const owned = [...managers.values()].reduce((all, { fields }) => union(all, fields), emptySet);
  let after = pruneDropped(type, merged, last?.fields ?? emptySet, applier.fields, owned) as JsonObject;
  const comparison = withoutFields(compareObjects(type, before, after), reset);
  refuseConflicts(type, input, managers, id, comparison, before, force);
  if (manager === kubectlManager) after = renewLastApplied(after, config);

  const remaining = new Map(releaseFields(managers, id, comparison));
  const fields = withoutUnowned(applier.fields);
  const unchanged = last !== undefined && equalSets(last.fields, fields) && deepEqual(before, after);
  remaining.set(id, { ...applier, fields, time: unchanged ? last.time : now });
  const managedFields = writeManagers(remaining);
  const metadata = { ...(after['metadata'] as object), ...(managedFields.length > 0 ? { managedFields } : {}) };
  return { object: { ...after, metadata } as unknown as AnyObject };
}

function refuseConflicts(
  type: Typed,
  { manager }: ApplyInput,
  managers: Managers,
  id: string,
  comparison: Comparison,
  before: JsonObject,
  force: boolean,
): void {
  if (force) return;
  const conflicts = findConflicts(managers, id, comparison);
  if (conflicts.length === 0) return;
  const allowed = manager === kubectlManager ? fieldsOfLastApplied(type, before) : emptySet;
  const left = conflictsOutside(conflicts, allowed);
  if (left.length > 0) throw conflictError(left);
}

/** An object that was never tracked gets one manager for all it has before the first apply. */
function managersOf(type: Typed, live: AnyObject | undefined, before: JsonObject, now: string): Managers {
  if (live === undefined) return new Map();
  const managers = readStored(live);
  if (managers.size > 0) return managers;
  const manager: Manager = {
    name: beforeFirstApply,
    operation: 'Update',
    apiVersion: live.apiVersion,
    subresource: '',
    time: now,
    fields: withoutUnowned(compareObjects(type, {}, before).added),
  };
  return new Map([[managerId(manager), manager]]);
}

/** Entries that cannot be read are dropped: an object must stay writable whatever somebody once wrote into it. */
export function readStored(live: AnyObject): Managers {
  try {
    return readManagers(live.metadata.managedFields);
  } catch {
    return new Map();
  }
}

export function withoutManagedFields(object: AnyObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as JsonObject;
}

function emptyObject({ apiVersion, kind, metadata }: AnyObject): AnyObject {
  const { name, namespace } = metadata ?? {};
  return { apiVersion, kind, metadata: { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) } };
}
