import { fieldPath } from './field-error.ts';

/** Where a walk is: names of fields and places in lists, from the root. A text is only made of it for an error. */
export type ValuePath = readonly (string | number)[];

/** `spec.ports[0].name`. */
export function pathText(path: ValuePath): string {
  let text = '';
  for (const step of path) text = typeof step === 'number' ? `${text}[${step}]` : fieldPath(text, step);
  return text;
}
