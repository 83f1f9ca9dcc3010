import { deepEqual, type Json, type KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { valueAt } from './field-path.ts';

/**
 * Errors that the stored object did not have already at a value that did not change: whoever mends one part of an object that
 * has become invalid is not held up by the others. What is said of an object or a list as a whole (it has two forms of a
 * model) stays the same error while its text does, whatever else in it changes.
 */
export function withoutStoredErrors(
  errors: readonly FieldError[],
  stored: readonly FieldError[],
  object: KubeObject,
  old: KubeObject,
): FieldError[] {
  const known = new Set(stored.map(({ path, message }) => `${path} ${message}`));
  return errors.filter(
    ({ path, message }) => !known.has(`${path} ${message}`) || !isUnchanged(valueAt(object, path), valueAt(old, path)),
  );
}

function isUnchanged(value: Json | undefined, old: Json | undefined): boolean {
  const isWhole = typeof value === 'object' && value !== null && typeof old === 'object' && old !== null;
  return isWhole || deepEqual(value, old);
}

/**
 * Whether an object only gets rid of finalizers, or is on its way out already. That must always work, however invalid it has
 * become, or it could never be deleted.
 */
export function isLeaving(object: KubeObject, old: KubeObject | undefined): boolean {
  if (!old) return false;
  if (object.metadata?.deletionTimestamp) return true;
  const [before, after] = [old.metadata?.finalizers ?? [], object.metadata?.finalizers ?? []];
  if (!Array.isArray(before) || !Array.isArray(after) || after.length >= before.length) return false;
  return after.every((finalizer) => before.includes(finalizer)) && deepEqual(bare(object), bare(old));
}

/** Without what API servers keep themselves. */
function bare(object: KubeObject): object {
  const { finalizers: _, resourceVersion: _v, generation: _g, managedFields: _m, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
