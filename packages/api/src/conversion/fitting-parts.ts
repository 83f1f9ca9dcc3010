import type { KubeObject } from '@serval/kube/objects';
import { type FieldError, type StructuralSchema, validateSchema } from '@serval/kube/schema';
import { pathSteps } from '../check/field-path.ts';
import { type LostPart, restoreLostParts } from './lost-parts.ts';

/**
 * What makes an object unreadable for programs with types, and with it every list that it is in. Other rules are left to whoever writes: values
 * that were stored under the rules of an older release come back too.
 */
const reasons: readonly FieldError['reason'][] = ['FieldValueTypeInvalid', 'FieldValueRequired'];
/** The second time, only what was hidden behind the errors of the first shows. */
const maxTries = 3;

/** The object with the parts in it, as a new object; those that would give a field a wrong type, or take away a required one, stay out. */
export function withFittingParts(object: KubeObject, parts: readonly LostPart[], schema: StructuralSchema): KubeObject {
  if (parts.length === 0) return object;
  const before = new Set(errorsOf(schema, object));
  let fitting = parts;
  for (let tries = 0; tries < maxTries && fitting.length > 0; tries++) {
    const candidate = structuredClone(object);
    restoreLostParts(candidate, structuredClone(fitting));
    const wrong = errorsOf(schema, candidate).filter((path) => !before.has(path));
    if (wrong.length === 0) return candidate;
    const steps = wrong.map(pathSteps);
    fitting = fitting.filter(({ path }) => !steps.some((error) => isAt(error, path)));
  }
  return object;
}

function errorsOf(schema: StructuralSchema, object: KubeObject): string[] {
  const errors = validateSchema(schema, object, { maxErrors: Number.POSITIVE_INFINITY });
  return errors.filter(({ reason }) => reasons.includes(reason)).map(({ path }) => path);
}

/** Whether an error is at a part, or below it. */
function isAt(error: readonly string[], part: readonly string[]): boolean {
  return part.every((step, index) => error[index] === step);
}
