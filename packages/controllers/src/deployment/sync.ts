import type { Client } from '@serval/kube/client';
import { type Deployment, deployments, isStatusError, type ReplicaSet, replicaSets } from '@serval/kube/objects';
import { controllerUidOf } from '../shared/caches.ts';
import { targetOf } from '../shared/claim.ts';
import { rolloutLimits } from './limits.ts';
import { renderReplicaSet, renewedAnnotations, revisionOf, sizeAnnotations } from './render-replica-set.ts';
import { type Scaling, sizeOf, sum } from './rolling.ts';
import { byCreation, findNewReplicaSet, sameTemplate } from './template.ts';

/** Size that a new ReplicaSet starts with: all at once when nothing else runs, else what the surge leaves. */
function firstSize(deployment: Deployment, old: readonly ReplicaSet[]): number {
  const { replicas, maxSurge } = rolloutLimits(deployment);
  if (deployment.spec.strategy?.type === 'Recreate') return replicas;
  return Math.max(0, Math.min(replicas, replicas + maxSurge - sum(old, sizeOf)));
}

/**
 * The ReplicaSet of the current template: found, brought up to date, or created.
 *
 * @returns nothing when its name is taken by another template; then `collisionCount` was raised for the next try.
 */
export async function ensureReplicaSet(
  client: Client,
  deployment: Deployment,
  all: readonly ReplicaSet[],
  signal: AbortSignal,
): Promise<{ replicaSet: ReplicaSet; created: boolean } | undefined> {
  const found = findNewReplicaSet(deployment, all);
  const old = all.filter((replicaSet) => replicaSet !== found);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  if (found) {
    const annotations = renewedAnnotations(deployment, found, revision);
    const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
    if (annotations === undefined && (found.spec.minReadySeconds ?? 0) === minReadySeconds) {
      return { replicaSet: found, created: false };
    }
    const patch = { metadata: { annotations: annotations ?? {} }, spec: { minReadySeconds } };
    const replicaSet = await client.patch(replicaSets, targetOf(found.metadata), 'merge', patch, { signal });
    return { replicaSet, created: false };
  }
  const wanted = renderReplicaSet(deployment, revision, firstSize(deployment, old));
  try {
    return { replicaSet: await client.create(replicaSets, wanted, { signal }), created: true };
  } catch (error) {
    if (!isStatusError(error, 'AlreadyExists')) throw error;
  }
  const taken = await client.get(replicaSets, targetOf(wanted.metadata), { signal });
  const ours = controllerUidOf(taken) === deployment.metadata.uid;
  if (ours && sameTemplate(taken.spec.template, wanted.spec.template)) return { replicaSet: taken, created: false };
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  await client.patch(
    deployments,
    targetOf(deployment.metadata),
    'merge',
    { metadata: { uid: deployment.metadata.uid }, status: { collisionCount } },
    {
      subresource: 'status',
      signal,
    },
  );
  return undefined;
}

/** Has the ReplicaSet another size, or is it not noted for which size of the Deployment that is? */
export function needsScaling(deployment: Deployment, { replicaSet, replicas }: Scaling): boolean {
  const { annotations } = replicaSet.metadata;
  if (sizeOf(replicaSet) !== replicas) return true;
  return Object.entries(sizeAnnotations(deployment)).some(([key, value]) => annotations?.[key] !== value);
}

/** Writes one size. Fails when the ReplicaSet changed since it was read: its numbers may be wrong then. */
export async function scale(
  client: Client,
  deployment: Deployment,
  { replicaSet, replicas }: Scaling,
  signal: AbortSignal,
): Promise<ReplicaSet> {
  const { resourceVersion } = replicaSet.metadata;
  const patch = { metadata: { resourceVersion, annotations: sizeAnnotations(deployment) }, spec: { replicas } };
  return await client.patch(replicaSets, targetOf(replicaSet.metadata), 'merge', patch, { signal });
}

/** Old ReplicaSets that nobody can want to go back to: empty ones beyond `revisionHistoryLimit`. */
export function outdated(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter(
    ({ metadata, spec, status }) =>
      !metadata.deletionTimestamp &&
      (spec.replicas ?? 1) === 0 &&
      (status?.replicas ?? 0) === 0 &&
      (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0),
  );
  return [...empty]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b))
    .slice(0, Math.max(0, old.length - limit));
}
