import type { KubeObject } from '@serval/kube/objects';
import { type FieldError, type StructuralSchema, validateSchema } from '@serval/kube/schema';
import { pathSteps } from '../check/field-path.ts';
import { type LostPart, restoreLostParts } from './lost-parts.ts';

/** The second time, only what was hidden behind the errors of the first shows. */
const maxTries = 3;

/**
 * The object with the parts in it, as a new object. Those that would give a field a wrong type stay out, as that makes an object unreadable for
 * programs with types, and with it every list that it is in; and those that would take away a required field. Other rules are left to whoever
 * writes: values that were stored under the rules of an older release come back too.
 */
export function withFittingParts(object: KubeObject, parts: readonly LostPart[], schema: StructuralSchema): KubeObject {
  if (parts.length === 0) return object;
  const known = new Set(errorsOf(schema, object).map(({ path }) => path));
  let fitting = parts;
  for (let tries = 0; tries < maxTries && fitting.length > 0; tries++) {
    const candidate = structuredClone(object);
    restoreLostParts(candidate, structuredClone(fitting));
    const blamed = blamedPlaces(errorsOf(schema, candidate).filter(({ path }) => !known.has(path)));
    const further = fitting.filter(({ path }) => !blamed.has(JSON.stringify(path)));
    if (further.length === fitting.length) return candidate;
    fitting = further;
  }
  return object;
}

function errorsOf(schema: StructuralSchema, object: KubeObject): FieldError[] {
  return validateSchema(schema, object, { maxErrors: Number.POSITIVE_INFINITY });
}

/** Places of parts that are to blame: those of wrong types and what they are in, and those of missing fields. */
function blamedPlaces(errors: readonly FieldError[]): Set<string> {
  const places = new Set<string>();
  for (const { path, reason } of errors) {
    const steps = pathSteps(path);
    if (reason === 'FieldValueRequired') places.add(JSON.stringify(steps));
    if (reason !== 'FieldValueTypeInvalid') continue;
    for (let length = 2; length <= steps.length; length++) places.add(JSON.stringify(steps.slice(0, length)));
  }
  return places;
}
