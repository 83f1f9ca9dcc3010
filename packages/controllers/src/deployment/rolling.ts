import type { ReplicaSet } from '@serval/kube/objects';
import type { RolloutLimits } from './limits.ts';
import { byCreation } from './template.ts';

/** A ReplicaSet and the size it is to get. */
export interface Scaling {
  replicaSet: ReplicaSet;
  replicas: number;
}

/**
 * The next step of a rolling update: the new ReplicaSet grows as far as the surge allows; if it cannot grow, the old ones shrink as far as
 * the available Pods allow, unhealthy ones first. Never takes an available Pod away before enough others are available.
 */
export function rollingStep(current: ReplicaSet, old: readonly ReplicaSet[], limits: RolloutLimits): Scaling[] {
  const grown = newSize(current, old, limits);
  if (grown !== sizeOf(current)) return [{ replicaSet: current, replicas: grown }];
  return shrinkOld(current, old.filter((replicaSet) => sizeOf(replicaSet) > 0).sort(byCreation), limits);
}

/** `NewRSNewReplicas`. */
function newSize(current: ReplicaSet, old: readonly ReplicaSet[], { replicas, maxSurge }: RolloutLimits): number {
  const size = sizeOf(current);
  if (size >= replicas) return replicas;
  const room = replicas + maxSurge - size - sum(old, sizeOf);
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** `reconcileOldReplicaSets`. */
function shrinkOld(
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  { replicas, maxUnavailable }: RolloutLimits,
): Scaling[] {
  const minAvailable = replicas - maxUnavailable;
  const unavailableNew = sizeOf(current) - availableOf(current);
  let removable = sizeOf(current) + sum(old, sizeOf) - minAvailable - unavailableNew;
  if (removable <= 0) return [];
  const sizes = new Map(old.map((replicaSet) => [replicaSet, sizeOf(replicaSet)]));
  const take = (replicaSet: ReplicaSet, count: number): void => {
    sizes.set(replicaSet, (sizes.get(replicaSet) ?? 0) - count);
  };
  for (const replicaSet of old) {
    const unhealthy = Math.min(removable, sizeOf(replicaSet) - availableOf(replicaSet));
    if (unhealthy > 0) {
      take(replicaSet, unhealthy);
      removable -= unhealthy;
    }
  }
  // `scaleDownOldReplicaSetsForRollingUpdate` counts available Pods only, so it never takes from what the minimum needs.
  let spare = Math.min(removable, availableOf(current) + sum(old, availableOf) - minAvailable);
  for (const replicaSet of old) {
    const count = Math.min(spare, sizes.get(replicaSet) ?? 0);
    if (count > 0) {
      take(replicaSet, count);
      spare -= count;
    }
  }
  return [...sizes]
    .filter(([replicaSet, size]) => size !== sizeOf(replicaSet))
    .map(([replicaSet, size]) => ({ replicaSet, replicas: size }));
}

export function sizeOf({ spec }: ReplicaSet): number {
  return spec.replicas ?? 1;
}

function availableOf(replicaSet: ReplicaSet): number {
  return Math.min(replicaSet.status?.availableReplicas ?? 0, sizeOf(replicaSet));
}

export function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
