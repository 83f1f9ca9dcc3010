import type { Json } from '../objects/index.ts';
import { type FieldError, fieldErrors, quoteValue } from '../schema/index.ts';

/** The error of a rule that does not hold, as the API server words it: the value is told when it is a plain one. */
export function ruleFailure(path: string, value: Json | undefined, detail: string, reason?: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return fieldErrors.forbidden(path, detail);
    case 'FieldValueRequired':
      return fieldErrors.required(path, detail);
    case 'FieldValueDuplicate':
      return fieldErrors.duplicate(path, value);
    default: {
      const told = value === undefined || (typeof value === 'object' && value !== null) ? '' : `${quoteValue(value)}: `;
      return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${told}${detail}` };
    }
  }
}

const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** Rules are written for objects of the right shape: with one of these errors they are not evaluated, and this says so. */
export function skippedRules(errors: readonly FieldError[]): FieldError | undefined {
  if (!errors.some(({ reason }) => blocking.has(reason))) return undefined;
  return {
    path: '<nil>',
    reason: 'FieldValueInvalid',
    message:
      'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  };
}
