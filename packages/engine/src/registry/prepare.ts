import type { AnyObject } from '@serval/kube/objects';
import { withAccountPullSecrets } from './account-pull-secrets.ts';
import type { AdmissionAttributes, RegistryDeps } from './deps.ts';
import { badRequest, invalid } from './errors.ts';
import { tidyMeta, validateMeta } from './object-meta.ts';
import type { Target, WriteOptions } from './request-options.ts';
import { defaultObject, pruneObject, requireTypes, validateObject } from './schema-check.ts';
import { apiVersionOf, type ServedResource } from './served-resource.ts';

/**
 * The object that a request brought, with what the URL implies filled in.
 * Throws BadRequest when it contradicts the URL.
 */
export function checkIdentity(resource: ServedResource, input: unknown, { namespace, name }: Target): AnyObject {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw badRequest(`expected a ${resource.kind} object, got ${Array.isArray(input) ? 'an array' : typeof input}`);
  }
  // Identity first, as people expect to read it.
  const object = { apiVersion: '', kind: '', ...input } as AnyObject;
  const expected = apiVersionOf(resource);
  if ((object.apiVersion && object.apiVersion !== expected) || (object.kind && object.kind !== resource.kind)) {
    throw badRequest(
      `${object.apiVersion ?? expected}, Kind=${object.kind ?? resource.kind} in the body does not match the URL, which takes ${expected}, Kind=${resource.kind}`,
    );
  }
  object.apiVersion = expected;
  object.kind = resource.kind;
  object.metadata ??= {};
  if (typeof object.metadata !== 'object' || Array.isArray(object.metadata)) {
    throw badRequest('metadata must be an object');
  }
  const { metadata } = object;
  if (resource.namespaced) {
    metadata.namespace ||= namespace;
    if (metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
  } else delete metadata.namespace;
  if (name) {
    metadata.name ||= name;
    if (metadata.name !== name) {
      throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
    }
  }
  tidyMeta(metadata);
  return requireTypes(resource, object);
}

/** Prune, default, mutate, validate, ask the validating webhooks: the way of every object into the store. */
export async function admitObject(
  deps: RegistryDeps,
  draft: AnyObject,
  attributes: Omit<AdmissionAttributes, 'object'>,
  options: WriteOptions,
): Promise<AnyObject> {
  const { resource } = attributes;
  const old = attributes.oldObject ?? undefined;
  tidyMeta(draft.metadata);
  let object = defaultObject(resource, pruneObject(resource, draft, options));
  if (attributes.operation === 'CREATE') object = withAccountPullSecrets(deps, resource, object);
  const mutated = await deps.admission.mutate({ ...attributes, object });
  if (mutated !== object) {
    tidyMeta(mutated.metadata);
    object = defaultObject(resource, pruneObject(resource, mutated, { ...options, fieldValidation: 'Ignore' }));
  }
  const errors = [
    ...validateMeta(resource, object),
    ...validateObject(resource, object, old),
    ...(resource.stored.strategy.validate?.(object, old) ?? []),
  ];
  const schema = resource.custom ? resource.schema() : undefined;
  if (schema) errors.push(...deps.rules.check(schema, object, old, errors));
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
  resource.stored.strategy.warnings?.(object, old).forEach(options.warn);
  await deps.admission.validate({ ...attributes, object });
  return object;
}
