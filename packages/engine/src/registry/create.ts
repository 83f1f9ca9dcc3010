import { type AnyObject, cloneJson } from '@serval/kube/objects';
import { storeKey, WriteConflict } from '../store/change.ts';
import type { RegistryDeps } from './deps.ts';
import { alreadyExists, badRequest, methodNotAllowed } from './errors.ts';
import { requireActiveNamespace } from './namespace-check.ts';
import { fillNewMeta, generateName } from './object-meta.ts';
import { operationOptions } from './operation-options.ts';
import { admitObject, checkIdentity } from './prepare.ts';
import type { WriteOptions } from './request-options.ts';
import { apiVersionOf, qualifiedName, type ServedResource } from './served-resource.ts';

// apiserver, registry store: maxNameGenerationCreateAttempts is 8, of which seven are retries.
const nameAttempts = 8;

/** Stores a new object and answers it in the version of `resource`. */
export async function createObject(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  input: unknown,
  options: WriteOptions,
): Promise<AnyObject> {
  if (!resource.verbs.includes('create')) {
    throw methodNotAllowed(`create not allowed while the definition of ${qualifiedName(resource)} is being deleted`);
  }
  const object = checkIdentity(resource, input, { namespace, name: '' });
  if (object.metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  requireActiveNamespace(deps, resource, namespace, object.metadata.name ?? '');
  const generated = !object.metadata.name && object.metadata.generateName;
  for (let attempt = 1; ; attempt += 1) {
    const draft = cloneJson(object);
    if (generated) draft.metadata.name = generateName(generated);
    try {
      return await createOnce(deps, resource, namespace, draft, options);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      if (!generated || attempt === nameAttempts) throw alreadyExists(resource, draft.metadata.name ?? '');
    }
  }
}

async function createOnce(
  deps: RegistryDeps,
  resource: ServedResource,
  namespace: string,
  draft: AnyObject,
  options: WriteOptions,
): Promise<AnyObject> {
  const { stored } = resource;
  const nowMs = deps.clock();
  fillNewMeta(draft.metadata, nowMs);
  if (stored.generation !== 'none') draft.metadata.generation = 1;
  if (resource.statusSubresource) delete draft['status'];
  stored.strategy.prepareForCreate?.(draft, { nowMs });
  const admitted = await admitObject(
    deps,
    draft,
    {
      operation: 'CREATE',
      resource,
      subresource: '',
      namespace,
      name: draft.metadata.name ?? '',
      oldObject: null,
      dryRun: options.dryRun,
      options: operationOptions('CreateOptions', options),
      user: options.user,
      signal: options.signal,
      warn: options.warn,
    },
    options,
  );
  const owned = deps.ownership.recordUpdate({
    resource,
    live: undefined,
    next: admitted,
    manager: options.fieldManager,
    subresource: '',
    nowMs,
  });
  const key = storeKey(resource.namespaced ? namespace : '', owned.metadata.name!);
  if (options.dryRun) {
    if (deps.store.get(stored.id, key)) throw alreadyExists(resource, owned.metadata.name!);
    return owned;
  }
  return storeNew(deps, resource, key, owned);
}

/** Writes an admitted new object. Throws `WriteConflict` when it exists. */
export async function storeNew(
  deps: RegistryDeps,
  resource: ServedResource,
  key: string,
  object: AnyObject,
): Promise<AnyObject> {
  const { stored } = resource;
  const converted = await stored.convert(object, stored.apiVersion);
  const written = await deps.write({ resource: stored.id, key, expected: '', object: converted });
  return stored.convert(written, apiVersionOf(resource));
}
