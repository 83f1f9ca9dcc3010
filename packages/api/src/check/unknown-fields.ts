import { deepEqual } from '@serval/kube/objects';
import { type FieldError, propertySchema, pruneUnknown, type StructuralSchema } from '@serval/kube/schema';
import { pathSteps, valueAt } from './field-path.ts';
import { nearestName } from './nearest-name.ts';

/** More are not told: whoever wrote them has something else in hand than a manifest of this kind. */
const maxUnknownFields = 100;

/** A field that the full schema of its kind does not know. */
export interface UnknownField {
  /** `spec.predictor.containers[0].imagee`. */
  path: string;
  /** The name that was most likely meant: `image`. */
  meant?: string;
}

/** At most 100 unknown fields, with the names that were most likely meant. */
export function describeUnknownFields(schema: StructuralSchema, paths: readonly string[]): UnknownField[] {
  return paths.slice(0, maxUnknownFields).map((path) => {
    const steps = pathSteps(path);
    const name = steps.pop() ?? '';
    const meant = nearestName(name, fieldNames(schema, steps));
    return { path, ...(meant ? { meant } : {}) };
  });
}

export function unknownFieldError({ path, meant }: UnknownField): FieldError {
  const hint = meant ? `; did you mean ${JSON.stringify(meant)}?` : '';
  return { path, reason: 'FieldValueInvalid', message: `unknown field${hint}` };
}

/** Unknown fields that the stored object has too, with the same value: nobody is blamed for them now. */
export function withoutStoredFields(
  paths: readonly string[],
  object: object,
  old: object,
  schema: StructuralSchema,
): string[] {
  if (paths.length === 0) return [];
  const stored = new Set(pruneUnknown(schema, old).unknownPaths);
  return paths.filter((path) => !stored.has(path) || !deepEqual(valueAt(object, path), valueAt(old, path)));
}

function fieldNames(schema: StructuralSchema, steps: readonly string[]): string[] {
  let at: StructuralSchema | undefined = schema;
  let isResource = true;
  for (const step of steps) {
    at = at?.type === 'array' ? at.items : at && propertySchema(at, step, isResource);
    isResource = at?.['x-kubernetes-embedded-resource'] === true;
  }
  return Object.keys(at?.properties ?? {});
}
