import { deepEqual, type Json } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';

/**
 * The errors of `object` without those that its stored form has too, at a value that did not change: whoever mends or moves
 * one field of an object that has become invalid is not held up by the others. Whatever takes a finalizer off passes, as it
 * changes nothing else; so does any change of an object that is being deleted.
 *
 * @param oldErrors  Those of the stored form, by the same rules.
 */
export function withoutUnchanged(
  errors: FieldError[],
  oldErrors: () => readonly FieldError[],
  object: { metadata?: { deletionTimestamp?: string } },
  old: object | undefined,
): FieldError[] {
  if (old === undefined || errors.length === 0) return errors;
  if (object.metadata?.deletionTimestamp) return [];
  const before = oldErrors();
  return errors.filter(
    (error) =>
      !before.some(({ path, message }) => path === error.path && message === error.message) ||
      !isUnchanged(valueAt(object, error.path), valueAt(old, error.path)),
  );
}

/** Of an object or a list only some of what is in it is invalid, which the message tells well enough. */
function isUnchanged(value: unknown, old: unknown): boolean {
  if (typeof value === 'object' && value !== null && typeof old === 'object' && old !== null) return true;
  return deepEqual(value as Json, old as Json);
}

/** What stands at a path such as `spec.ports[0].name` or `metadata.annotations[example.com/key]`. */
export function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const [, key, bracketed] of path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = key ?? bracketed ?? '';
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return value;
}
