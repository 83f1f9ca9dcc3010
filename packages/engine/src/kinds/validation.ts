import { type AnyObject, deepEqual } from '@serval/kube/objects';
import type { FieldError } from '@serval/kube/schema';

/** One error when a field that must stay has changed. */
export function immutable(path: string, next: unknown, old: unknown, why = 'field is immutable'): FieldError[] {
  if (deepEqual(next, old)) return [];
  return [{ path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(next ?? null)}: ${why}` }];
}

export function required(path: string, why = ''): FieldError {
  return { path, reason: 'FieldValueRequired', message: why ? `Required value: ${why}` : 'Required value' };
}

export function wrong(path: string, value: unknown, why: string): FieldError {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}` };
}

/** Errors for the fields of `spec` that hold a negative number. */
export function negatives(object: AnyObject, fields: readonly string[]): FieldError[] {
  return fields
    .filter((field) => typeof object['spec']?.[field] === 'number' && object['spec'][field] < 0)
    .map((field) => wrong(`spec.${field}`, object['spec'][field], 'must be greater than or equal to 0'));
}
