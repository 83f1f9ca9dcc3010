import type { StructuralSchema } from '@serval/kube/schema';

export type Shape =
  | 'an object'
  | 'a map'
  | 'a list'
  | 'a text'
  | 'an integer'
  | 'a number'
  | 'true or false'
  | 'an integer or a text'
  | 'anything';

const shapes = {
  array: 'a list',
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
} as const;

/** In words, which values a schema takes at all. */
export function shapeOf(schema: StructuralSchema): Shape {
  if (schema['x-kubernetes-int-or-string'] === true) return 'an integer or a text';
  if (schema.type === undefined) return 'anything';
  if (schema.type !== 'object') return shapes[schema.type];
  return schema.additionalProperties ? 'a map' : 'an object';
}

/** Whether every value of the one shape is taken, and kept, by the other. */
export function takesShape(taking: Shape, taken: Shape): boolean {
  if (taking === taken || taking === 'anything') return true;
  if (taking === 'a number') return taken === 'an integer';
  return taking === 'an integer or a text' && (taken === 'an integer' || taken === 'a text');
}

export function keepsUnknown(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}
