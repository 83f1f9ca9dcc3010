import type { FieldError } from './structural.ts';

/** Longest value that is quoted in a message. */
const maxQuoted = 400;

/** A value as Kubernetes quotes it in messages: JSON, cut when long. */
export function quoteValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= maxQuoted ? text : `${text.slice(0, maxQuoted)}…`;
}

/** Bodies of `field.Error`, worded as the API machinery does, so that known tools recognise them. */
export const fieldErrors = {
  required: (path: string, detail = ''): FieldError => ({
    path,
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
  }),
  invalid: (path: string, value: unknown, detail: string): FieldError => ({
    path,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${quoteValue(value)}: ${detail}`,
  }),
  /** Of a value that may be a secret. */
  hidden: (path: string, detail: string): FieldError => ({
    path,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${detail}`,
  }),
  type: (path: string, actual: string, expected: string): FieldError => ({
    path,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${actual}": ${path} in body must be of type ${expected}: "${actual}"`,
  }),
  notSupported: (path: string, value: unknown, supported: readonly unknown[]): FieldError => ({
    path,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${quoteValue(value)}: supported values: ${supported.map(quoteValue).join(', ')}`,
  }),
  duplicate: (path: string, value: unknown): FieldError => ({
    path,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${quoteValue(value)}`,
  }),
  forbidden: (path: string, detail: string): FieldError => ({
    path,
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
  }),
  tooLong: (path: string, max: number): FieldError => ({
    path,
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${max} bytes`,
  }),
  tooMany: (path: string, actual: number, max: number): FieldError => ({
    path,
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${max} items`,
  }),
};

const plainName = /^[A-Za-z_$][\w$-]*$/;

/** `spec.ports`, or `metadata.annotations[a.b/c]` for a key that a dot would make unreadable. */
export function fieldPath(parent: string, key: string): string {
  if (!plainName.test(key)) return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
