import { deepEqual, type KubeObject } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';
import { valueAt } from './field-path.ts';

/** Errors that the stored object had already, at a field that did not change: whoever writes now did not make them. */
export function withoutStoredErrors(
  errors: readonly FieldError[],
  stored: readonly FieldError[],
  object: KubeObject,
  old: KubeObject,
): FieldError[] {
  const known = new Set(stored.map(({ path, message }) => `${path} ${message}`));
  return errors.filter(
    ({ path, message }) => !known.has(`${path} ${message}`) || !deepEqual(valueAt(object, path), valueAt(old, path)),
  );
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
