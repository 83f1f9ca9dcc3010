import { type AnyObject, cloneJson, deepEqual } from '@serval/kube/objects';
import { storeKey, WriteConflict } from '../store/change.ts';
import { storeNew } from './create.ts';
import type { RegistryDeps } from './deps.ts';
import { conflict, invalid, notFound, objectModified } from './errors.ts';
import { requireActiveNamespace } from './namespace-check.ts';
import { fillNewMeta, keepSystemMeta } from './object-meta.ts';
import { operationOptions } from './operation-options.ts';
import { admitObject, checkIdentity } from './prepare.ts';
import type { Target, WriteOptions } from './request-options.ts';
import { apiVersionOf, type ServedResource } from './served-resource.ts';

export interface UpdateRequest {
  resource: ServedResource;
  target: Target;
  /** Empty, or `status` and the like. */
  subresource: string;
  /**
   * Makes the desired object from a copy of the live one, which is absent when there is none. Called anew after each
   * lost race.
   */
  change(live: AnyObject | undefined): AnyObject | Promise<AnyObject>;
  /** Whether an absent object is created (server-side apply). */
  createIfMissing?: boolean;
  /** Ownership is already recorded by `change` (server-side apply). */
  ownershipRecorded?: boolean;
  /** PUT: custom resources must say which version they replace. */
  requireVersion?: boolean;
  options: WriteOptions;
}

// Each attempt that loses a race means that somebody else's write went through.
const attempts = 32;

/** Reads, changes, admits and writes one object; retries lost races unless the request names a resourceVersion. */
export async function updateObject(
  deps: RegistryDeps,
  request: UpdateRequest,
): Promise<{ object: AnyObject; created: boolean }> {
  const { resource, target } = request;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await updateOnce(deps, request);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      if (!error.current && !request.createIfMissing) throw notFound(resource, target.name);
      if (attempt === attempts) throw conflict(resource, target.name, objectModified);
    }
  }
}

async function updateOnce(deps: RegistryDeps, request: UpdateRequest) {
  const { resource, target, options } = request;
  const { stored } = resource;
  const key = storeKey(resource.namespaced ? target.namespace : '', target.name);
  const current = deps.store.get(stored.id, key);
  if (!current) return createMissing(deps, request, key);
  const live = await stored.convert(current, apiVersionOf(resource));
  const next = checkIdentity(resource, await request.change(cloneJson(live)), target);
  checkPreconditions(request, live, next);
  const nowMs = deps.clock();
  keepSystemMeta(next.metadata, live.metadata);
  separateStatus(resource, request.subresource, next, live);
  // What a strategy keeps from change is what its own subresource is there to change.
  if (request.subresource !== 'finalize') stored.strategy.prepareForUpdate?.(next, live, { nowMs });
  checkFinalizers(resource, next, live);
  const admitted = await admitObject(
    deps,
    next,
    {
      operation: 'UPDATE',
      resource,
      subresource: request.subresource,
      namespace: target.namespace,
      name: target.name,
      oldObject: live,
      dryRun: options.dryRun,
      options: operationOptions('UpdateOptions', options),
      user: options.user,
      signal: options.signal,
      warn: options.warn,
    },
    options,
  );
  keepSystemMeta(admitted.metadata, live.metadata);
  if (request.subresource !== 'status' && specChanged(resource, admitted, live)) {
    admitted.metadata.generation = (live.metadata.generation ?? 0) + 1;
  }
  const owned = request.ownershipRecorded
    ? admitted
    : deps.ownership.recordUpdate({
        resource,
        live,
        next: admitted,
        manager: options.fieldManager,
        subresource: request.subresource,
        nowMs,
      });
  if (deepEqual(withoutTimes(owned), withoutTimes(live))) return { object: live, created: false };
  if (options.dryRun) return { object: owned, created: false };
  const expected = current.metadata.resourceVersion!;
  if (isFinished(resource, owned)) {
    await deps.write({ resource: stored.id, key, expected, object: null });
    return { object: owned, created: false };
  }
  const converted = await stored.convert(owned, stored.apiVersion);
  const written = await deps.write({ resource: stored.id, key, expected, object: converted });
  return { object: await stored.convert(written, apiVersionOf(resource)), created: false };
}

async function createMissing(deps: RegistryDeps, request: UpdateRequest, key: string) {
  const { resource, target, options, subresource } = request;
  if (!request.createIfMissing || subresource) throw notFound(resource, target.name);
  requireActiveNamespace(deps, resource, target.namespace, target.name);
  const nowMs = deps.clock();
  const next = checkIdentity(resource, await request.change(undefined), target);
  if (next.metadata.resourceVersion || next.metadata.uid) throw notFound(resource, target.name);
  fillNewMeta(next.metadata, nowMs);
  if (resource.stored.generation !== 'none') next.metadata.generation = 1;
  if (resource.statusSubresource) delete next['status'];
  resource.stored.strategy.prepareForCreate?.(next, { nowMs });
  const admitted = await admitObject(
    deps,
    next,
    {
      operation: 'CREATE',
      resource,
      subresource: '',
      namespace: target.namespace,
      name: target.name,
      oldObject: null,
      dryRun: options.dryRun,
      options: operationOptions('CreateOptions', options),
      user: options.user,
      signal: options.signal,
      warn: options.warn,
    },
    options,
  );
  if (options.dryRun) return { object: admitted, created: true };
  return { object: await storeNew(deps, resource, key, admitted), created: true };
}

function checkPreconditions(request: UpdateRequest, live: AnyObject, next: AnyObject): void {
  const { resource, target } = request;
  const { resourceVersion, uid } = next.metadata;
  if (!resourceVersion && request.requireVersion && resource.custom) {
    throw invalid(resource, target.name, [
      {
        path: 'metadata.resourceVersion',
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
      },
    ]);
  }
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(resource, target.name, objectModified);
  }
  if (uid && uid !== live.metadata.uid) {
    throw conflict(
      resource,
      target.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
}

/** Status goes only through `/status`, and nothing else does (but labels, annotations and the like). */
function separateStatus(resource: ServedResource, subresource: string, next: AnyObject, live: AnyObject): void {
  if (!resource.statusSubresource) return;
  if (subresource === 'status') {
    for (const field of Object.keys(next)) {
      if (!['apiVersion', 'kind', 'metadata', 'status'].includes(field)) delete next[field];
    }
    for (const [field, value] of Object.entries(live)) {
      if (!['apiVersion', 'kind', 'metadata', 'status'].includes(field)) next[field] = cloneJson(value);
    }
    // Upstream's status strategies keep metadata but for managedFields; custom resources keep all of it.
    const { managedFields } = next.metadata;
    const { resourceVersion: _version, ...kept } = cloneJson(live.metadata);
    next.metadata = resource.custom
      ? { ...kept, ...(managedFields ? { managedFields } : {}) }
      : { ...next.metadata, finalizers: kept.finalizers, ownerReferences: kept.ownerReferences };
    next.metadata.resourceVersion = live.metadata.resourceVersion;
  } else if (live['status'] === undefined) delete next['status'];
  else next['status'] = cloneJson(live['status']);
}

function checkFinalizers(resource: ServedResource, next: AnyObject, live: AnyObject): void {
  if (!live.metadata.deletionTimestamp) return;
  const before = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return;
  throw invalid(resource, live.metadata.name ?? '', [
    {
      path: 'metadata.finalizers',
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    },
  ]);
}

function specChanged(resource: ServedResource, next: AnyObject, live: AnyObject): boolean {
  switch (resource.stored.generation) {
    case 'none':
      return false;
    case 'spec':
      return !deepEqual(next['spec'], live['spec']);
    case 'content': {
      const { metadata: _a, status: nextStatus, ...nextContent } = next;
      const { metadata: _b, status: liveStatus, ...liveContent } = live;
      return (
        !deepEqual(nextContent, liveContent) || (!resource.statusSubresource && !deepEqual(nextStatus, liveStatus))
      );
    }
  }
}

/** Times in managedFields alone are no change. */
function withoutTimes(object: AnyObject): AnyObject {
  const { managedFields } = object.metadata;
  if (!managedFields) return object;
  const entries = managedFields.map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}

/** Deleted, and nothing holds it any more. */
export function isFinished(resource: ServedResource, object: AnyObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    finalizers.length === 0 &&
    deletionGracePeriodSeconds === 0 &&
    !resource.stored.strategy.isHeld?.(object)
  );
}
