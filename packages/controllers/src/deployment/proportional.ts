import type { ReplicaSet } from '@serval/kube/objects';
import { desiredReplicasAnnotation, maxReplicasAnnotation } from './annotations.ts';
import type { RolloutLimits } from './limits.ts';
import { type Scaling, sizeOf, sum } from './rolling.ts';

/** Has the Deployment's size changed since its ReplicaSets were last sized? (`isScalingEvent`) */
export function isScalingEvent(replicaSets: readonly ReplicaSet[], replicas: number): boolean {
  return replicaSets
    .filter((replicaSet) => sizeOf(replicaSet) > 0)
    .some(({ metadata }) => {
      const desired = metadata.annotations?.[desiredReplicasAnnotation];
      return desired !== undefined && Number(desired) !== replicas;
    });
}

/**
 * Sizes after the Deployment was scaled: the only active ReplicaSet gets all; in the middle of a rollout every active one keeps its share
 * of the Pods, and what rounding leaves goes to the largest. Old ones of a finished rollout go to nothing (`dc.scale`).
 * Those whose size stays are among them too: what they were sized for must be noted all the same.
 */
export function scalingStep(
  current: ReplicaSet | undefined,
  replicaSets: readonly ReplicaSet[],
  limits: RolloutLimits,
): Scaling[] {
  const active = replicaSets.filter((replicaSet) => sizeOf(replicaSet) > 0);
  const only = active.length <= 1 ? (active[0] ?? current) : undefined;
  if (only) return [{ replicaSet: only, replicas: limits.replicas }];
  if (current && sizeOf(current) === limits.replicas && current.status?.availableReplicas === limits.replicas) {
    return active.map((replicaSet) => ({ replicaSet, replicas: replicaSet === current ? limits.replicas : 0 }));
  }
  const allowed = limits.replicas > 0 ? limits.replicas + limits.maxSurge : 0;
  const total = sum(active, sizeOf);
  const largestFirst = [...active].sort((a, b) => sizeOf(b) - sizeOf(a));
  let rest = allowed - total;
  const scalings = largestFirst.map((replicaSet) => {
    const before = Number(replicaSet.metadata.annotations?.[maxReplicasAnnotation]) || total;
    const share = Math.round((sizeOf(replicaSet) * allowed) / before) - sizeOf(replicaSet);
    const part = rest > 0 ? Math.min(Math.max(share, 0), rest) : Math.max(Math.min(share, 0), rest);
    rest -= part;
    return { replicaSet, replicas: sizeOf(replicaSet) + part };
  });
  const [largest] = scalings;
  if (largest) largest.replicas = Math.max(0, largest.replicas + rest);
  return scalings;
}
