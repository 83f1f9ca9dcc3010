import { Type } from 'typebox';

/** A rule of a definition, in CEL, and what API servers say where it does not hold. */
const rule = (expression: string, message: string) => ({ rule: expression, message });

const labelExpression = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')";
const labelMessage = "must be lower-case letters, digits or '-', starting and ending with a letter or digit";

/** Name of a namespace, a stage, or of something else that is one DNS label. */
export const labelName = (description: string, rules: readonly object[] = []) =>
  Type.String({
    minLength: 1,
    maxLength: 63,
    description,
    'x-kubernetes-validations': [rule(labelExpression, labelMessage), ...rules],
  });

/** Name of any object. */
export const objectName = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });

/** A list whose items are told apart by a key: API servers refuse the same one twice, and apply merges by it. */
export const keyedBy = (key: string) =>
  ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] }) as const;

/** A list without order that has each value once. */
export const asSet = { 'x-kubernetes-list-type': 'set' } as const;
/** A list that is replaced as a whole. */
export const asWhole = { 'x-kubernetes-list-type': 'atomic' } as const;
