import { type AnyObject, StatusError } from '@serval/kube/objects';
import {
  applyDefaults,
  type FieldError,
  pruneUnknown,
  type StructuralSchema,
  validateSchema,
} from '@serval/kube/schema';
import { invalid } from './errors.ts';
import type { WriteOptions } from './request-options.ts';
import type { ServedResource } from './served-resource.ts';

// More unknown fields than this tell nothing new.
const maxWarnings = 20;

/** The object without the fields that the schema does not know; strict requests are refused, others warned. */
export function pruneObject(resource: ServedResource, object: AnyObject, options: WriteOptions): AnyObject {
  const schema = resource.schema();
  if (!schema) return object;
  const pruned = pruneUnknown(schema, object);
  if (pruned.unknownPaths.length > 0 && options.fieldValidation !== 'Ignore') {
    const texts = pruned.unknownPaths.slice(0, maxWarnings).map((path) => `unknown field ${JSON.stringify(path)}`);
    if (options.fieldValidation === 'Strict') {
      throw new StatusError('BadRequest', `strict decoding error: ${texts.join(', ')}`);
    }
    texts.forEach(options.warn);
  }
  return pruned.object;
}

/** Defaults of the schema, then of the kind. Changes and answers its argument, or a copy. */
export function defaultObject(resource: ServedResource, object: AnyObject): AnyObject {
  const schema = resource.schema();
  const defaulted = schema ? applyDefaults(schema, object) : object;
  resource.stored.strategy.defaults?.(defaulted);
  return defaulted;
}

export function validateObject(resource: ServedResource, object: AnyObject, old?: AnyObject): FieldError[] {
  const schema = resource.schema();
  if (!schema) return [];
  return validateSchema(schema, object, { ...(old ? { old } : {}), builtIn: !resource.custom });
}

// Metadata is the same for every kind; of a custom resource nothing else is looked at before admission.
const metadataOnly: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/**
 * The object without nulls that say nothing (Go's decoder reads them as absent). Throws Invalid when a field of a built-in
 * kind, or of any kind's metadata, has the wrong type, so that rules beyond the schema can rely on types. Custom resources
 * have no such rules of their own; they are validated once, after admission.
 */
export function requireTypes(resource: ServedResource, object: AnyObject): AnyObject {
  const schema = resource.custom ? metadataOnly : resource.schema();
  if (!schema) return object;
  const cleaned = applyDefaults(schema, object);
  const errors = validateSchema(schema, cleaned, { builtIn: true }).filter(
    ({ reason }) => reason === 'FieldValueTypeInvalid',
  );
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
  return cleaned;
}
