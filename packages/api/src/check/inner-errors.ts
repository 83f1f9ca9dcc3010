import type { FieldError } from '@serval/kube/schema';

/** The errors without those inside of a field that has the wrong type: what is in it means nothing. */
export function withoutInnerErrors(errors: readonly FieldError[]): FieldError[] {
  const mistyped = errors.filter(({ reason }) => reason === 'FieldValueTypeInvalid').map(({ path }) => path);
  if (mistyped.length === 0) return [...errors];
  const isInside = (path: string, outer: string) => path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
  return errors.filter(({ path }) => !mistyped.some((outer) => isInside(path, outer)));
}
