import type { FieldError } from '@serval/kube/schema';
import { pathSteps } from './field-path.ts';

/**
 * Errors of an object with defaults, told of the fields that its author wrote: defaulting may move a field elsewhere
 * (`spec.predictor.sklearn` to `spec.predictor.model`). `written` are the errors of the object before.
 */
export function errorsAsWritten(complete: readonly FieldError[], written: readonly FieldError[]): FieldError[] {
  const key = ({ path, reason }: FieldError) => `${reason} ${path}`;
  const stays = new Set(complete.map(key));
  const moved = written.filter((error) => !stays.has(key(error)));
  const known = new Set(written.map(key));
  return complete.map((error) => {
    if (known.has(key(error))) return error;
    const name = pathSteps(error.path).at(-1);
    const index = moved.findIndex(({ path, reason }) => reason === error.reason && pathSteps(path).at(-1) === name);
    return index < 0 ? error : (moved.splice(index, 1)[0] ?? error);
  });
}
