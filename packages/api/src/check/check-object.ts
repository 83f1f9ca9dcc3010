import type { KubeObject } from '@serval/kube/objects';
import {
  applyDefaults,
  type FieldError,
  pruneUnknown,
  type StructuralSchema,
  validateSchema,
} from '@serval/kube/schema';
import type { KindDefaults, KindVersion } from '../crd/kind-version.ts';
import { checkMetadata } from './check-metadata.ts';
import { withoutInnerErrors } from './inner-errors.ts';
import { checkSchemaOf, kindOf, missingKind } from './kind-of.ts';
import { isLeaving, withoutStoredErrors } from './ratchet.ts';
import { withoutTemplateErrors } from './template-values.ts';
import { describeUnknownFields, type UnknownField, unknownFieldError, withoutStoredFields } from './unknown-fields.ts';
import { errorsAsWritten } from './written-errors.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface CheckOptions {
  /** The stored object of an update: what was wrong with it already and did not change is not told. */
  old?: KubeObject | undefined;
  /** What unknown fields are: errors (the default), warnings, or nothing. */
  fieldValidation?: FieldValidation | undefined;
  /** What defaulting takes from the platform's configuration. Default: nothing. */
  defaults?: KindDefaults | undefined;
}

export interface CheckResult {
  errors: FieldError[];
  warnings: string[];
  /** Why nothing was checked: the kind is not one of Serval's. */
  notChecked?: string;
}

/**
 * Everything that can be told of one object without an API server and without other objects: unknown fields, types, required
 * fields, enums, formats against the full schema, defaults, and the rules of its kind. Rules in CEL are not among them. The
 * object is not changed; objects of any shape are answered.
 */
export function checkObject(object: KubeObject, options: CheckOptions = {}): CheckResult {
  const { apiVersion, kind: name, metadata } = object;
  const unnamed = Object.entries({ apiVersion, kind: name }).filter(
    ([, value]) => typeof value !== 'string' || value === '',
  );
  if (unnamed.length > 0) {
    const errors = unnamed.map(
      ([path]): FieldError => ({ path, reason: 'FieldValueRequired', message: 'must be set' }),
    );
    return { errors, warnings: [] };
  }
  const kind = kindOf(apiVersion, name);
  if (!kind) return unknownKind(apiVersion, name);
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    return { errors: [{ path: 'metadata', reason: 'FieldValueRequired', message: 'must be an object' }], warnings: [] };
  }
  const { old, fieldValidation = 'Strict', defaults = {} } = options;
  if (isLeaving(object, old)) return { errors: [], warnings: [] };

  const schema = checkSchemaOf(kind);
  const { object: known, unknownPaths } = pruneUnknown(schema, object);
  const blamed = old ? withoutStoredFields(unknownPaths, object, old, schema) : unknownPaths;
  const unknown = fieldValidation === 'Ignore' ? [] : describeUnknownFields(schema, blamed).map(unknownFieldError);

  const complete = (subject: KubeObject) => kind.default?.(subject, defaults) ?? subject;
  const written = applyDefaults(schema, known);
  // What is kept open in a stored object has no defaults yet, and unequal must mean that its writer changed it.
  const stored = old && applyDefaults(schema, pruneUnknown(schema, old).object);
  let errors = valueErrors(kind, schema, complete(written), stored && complete(stored));
  if (errors.length > 0 && kind.default) {
    errors = errorsAsWritten(errors, valueErrors(kind, schema, written, stored));
  }
  const warnings = fieldValidation === 'Warn' ? unknown.map(({ path, message }) => `${path}: ${message}`) : [];
  if (!kind.resource.namespaced && metadata.namespace) {
    warnings.push(`metadata.namespace: a ${name} belongs to no namespace, so it is ignored`);
  }
  return { errors: withoutInnerErrors(fieldValidation === 'Strict' ? [...unknown, ...errors] : errors), warnings };
}

/**
 * Fields of an object that the full schema of its kind does not know, but those that its stored form has with the same value. Nothing
 * for kinds that are not Serval's. This is the part of `checkObject` that a request may want to have as warnings.
 */
export function unknownFields(object: KubeObject, old?: KubeObject): UnknownField[] {
  const kind = kindOf(object.apiVersion, object.kind);
  if (!kind || isLeaving(object, old)) return [];
  const schema = checkSchemaOf(kind);
  const { unknownPaths } = pruneUnknown(schema, object);
  return describeUnknownFields(schema, old ? withoutStoredFields(unknownPaths, object, old, schema) : unknownPaths);
}

function unknownKind(apiVersion: string, kind: string): CheckResult {
  const missing = missingKind(apiVersion, kind);
  if (!missing) return { errors: [], warnings: [], notChecked: `${apiVersion} ${kind} is not a kind of Serval` };
  return { errors: [{ path: 'kind', reason: 'FieldValueNotSupported', message: missing }], warnings: [] };
}

function valueErrors(
  kind: KindVersion,
  schema: StructuralSchema,
  object: KubeObject,
  old: KubeObject | undefined,
): FieldError[] {
  // API servers drop the status of what is written to the object itself, where it is a subresource.
  const { status: _, ...intent } = object as KubeObject & { status?: unknown };
  const subject = kind.hasStatus ? intent : object;
  const bySchema = withoutTemplateErrors(validateSchema(schema, subject, old ? { old } : {}), subject);
  const byMetadata = old ? [] : checkMetadata(object.metadata);
  let byKind = kind.validate?.(object, old) ?? [];
  if (byKind.length > 0 && old) byKind = withoutStoredErrors(byKind, kind.validate?.(old) ?? [], object, old);
  // One error per field: the first that is told is the one to mend first.
  const missing = byMetadata.filter(({ reason }) => reason === 'FieldValueRequired');
  return [byKind, byMetadata].reduce(withFurther, withFurther(bySchema, missing));
}

/** The second list adds what is wrong with other fields than those of the first. */
function withFurther(errors: readonly FieldError[], further: readonly FieldError[]): FieldError[] {
  const paths = new Set(errors.map(({ path }) => path));
  return [...errors, ...further.filter(({ path }) => !paths.has(path))];
}
