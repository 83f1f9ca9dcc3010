import type { Pod, ReplicaSet } from '@serval/kube/objects';
import { isPodActive } from '../shared/pod-state.ts';
import { rankForDeletion } from './rank.ts';

export interface ReplicaPlan {
  create: number;
  remove: Pod[];
}

/** Pods created or deleted in one go (`BurstReplicas`). */
const burst = 500;

/** What brings the number of active Pods to the wanted one. A ReplicaSet that is being deleted is left to the garbage collector. */
export function planReplicas({ metadata, spec }: ReplicaSet, pods: readonly Pod[]): ReplicaPlan {
  if (metadata.deletionTimestamp !== undefined) return { create: 0, remove: [] };
  const active = pods.filter(isPodActive);
  const missing = (spec.replicas ?? 1) - active.length;
  return {
    create: Math.min(Math.max(missing, 0), burst),
    remove: missing < 0 ? rankForDeletion(active).slice(0, Math.min(-missing, burst)) : [],
  };
}
