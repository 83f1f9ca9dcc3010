import { type AnyObject, cloneJson, deepEqual } from '@serval/kube/objects';
import { storeKey, WriteConflict } from '../store/change.ts';
import type { RegistryDeps } from './deps.ts';
import { conflict, notFound } from './errors.ts';
import { timestamp } from './object-meta.ts';
import type { DeleteOptions, Target } from './request-options.ts';
import { apiVersionOf, type ServedResource } from './served-resource.ts';
import { isFinished } from './update.ts';

const attempts = 32;

/** Deletes, or marks as being deleted what finalizers or a grace period hold. Answers the last state. */
export async function deleteObject(
  deps: RegistryDeps,
  resource: ServedResource,
  target: Target,
  options: DeleteOptions,
): Promise<{ object: AnyObject; removed: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deleteOnce(deps, resource, target, options);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      if (!error.current) throw notFound(resource, target.name);
      if (attempt === attempts) throw conflict(resource, target.name, 'the object keeps changing');
    }
  }
}

async function deleteOnce(deps: RegistryDeps, resource: ServedResource, target: Target, options: DeleteOptions) {
  const { stored } = resource;
  const key = storeKey(resource.namespaced ? target.namespace : '', target.name);
  const current = deps.store.get(stored.id, key);
  if (!current) throw notFound(resource, target.name);
  checkPreconditions(resource, target, current, options);
  const live = await stored.convert(current, apiVersionOf(resource));
  await deps.admission.validate({
    operation: 'DELETE',
    resource,
    subresource: '',
    namespace: target.namespace,
    name: target.name,
    object: null,
    oldObject: live,
    dryRun: options.dryRun,
    options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' },
    user: options.user,
    signal: options.signal,
    warn: options.warn,
  });
  const next = markDeleted(resource, current, options, deps.clock());
  const removed = isFinished(resource, next);
  if (options.dryRun) return { object: live, removed };
  const expected = current.metadata.resourceVersion!;
  if (removed) {
    const last = await deps.write({ resource: stored.id, key, expected, object: null });
    return { object: await stored.convert(last, apiVersionOf(resource)), removed };
  }
  if (deepEqual(next, current)) return { object: live, removed };
  const written = await deps.write({ resource: stored.id, key, expected, object: next });
  return { object: await stored.convert(written, apiVersionOf(resource)), removed };
}

function checkPreconditions(resource: ServedResource, target: Target, live: AnyObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid && uid !== live.metadata.uid) {
    throw conflict(
      resource,
      target.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      resource,
      target.name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${live.metadata.resourceVersion}`,
    );
  }
}

/** The object as a delete leaves it. A second delete changes nothing, but may shorten a grace period. */
function markDeleted(
  resource: ServedResource,
  live: AnyObject,
  options: Pick<DeleteOptions, 'gracePeriodSeconds' | 'propagationPolicy'>,
  nowMs: number,
): AnyObject {
  const { strategy } = resource.stored;
  const graceSeconds = strategy.gracePeriodSeconds?.(live, options.gracePeriodSeconds) ?? 0;
  const next = cloneJson(live);
  const { metadata } = next;
  if (metadata.deletionTimestamp) {
    if (graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0)) {
      metadata.deletionGracePeriodSeconds = graceSeconds;
      metadata.deletionTimestamp = timestamp(nowMs + graceSeconds * 1000);
    }
    return next;
  }
  metadata.deletionTimestamp = timestamp(nowMs + graceSeconds * 1000);
  metadata.deletionGracePeriodSeconds = graceSeconds;
  if (metadata.generation !== undefined) metadata.generation += 1;
  metadata.finalizers = propagationFinalizers(metadata.finalizers ?? [], options.propagationPolicy);
  if (metadata.finalizers.length === 0) delete metadata.finalizers;
  strategy.markDeleted?.(next);
  return next;
}

function propagationFinalizers(finalizers: string[], policy: DeleteOptions['propagationPolicy']): string[] {
  if (!policy) return finalizers;
  const others = finalizers.filter((finalizer) => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan');
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  return policy === 'Orphan' ? [...others, 'orphan'] : others;
}
