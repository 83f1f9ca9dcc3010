import type { Deployment, Pod, ReplicaSet } from '@serval/kube/objects';
import { revisionAnnotation } from '../kept.ts';

/** The Pods of the Deployment's present template; those of earlier ones are still serving, or leaving. */
export function targetPods(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  pods: readonly Pod[],
): readonly Pod[] {
  const target = targetReplicaSet(deployment, replicaSets);
  if (!target) return [];
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === target.metadata.uid));
}

/** The ReplicaSet of the Deployment's present template. */
export function targetReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const owned = replicaSets.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid),
  );
  const revision = deployment.metadata.annotations?.[revisionAnnotation];
  const current = owned.find(({ metadata }) => metadata.annotations?.[revisionAnnotation] === revision);
  if (revision !== undefined && current) return current;
  return owned.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}
