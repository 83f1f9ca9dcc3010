import { type FieldSet, setOf } from './field-set.ts';

/**
 * Fields that a write through this subresource cannot change, so that nobody comes to own them by it: status through the main
 * endpoint, spec through `/status`. Kinds without a status subresource pass `[]`.
 */
export function resetFieldsOf(subresource: string, paths?: readonly (readonly string[])[]): FieldSet {
  const reset = paths ?? (subresource === 'status' ? [['spec']] : [['status']]);
  return setOf(...reset.map((path) => path.map((field) => `f:${field}`)));
}
