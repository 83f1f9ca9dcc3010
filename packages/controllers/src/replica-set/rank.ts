import { findCondition, type Pod } from '@serval/kube/objects';
import { isPodReady } from '../shared/pod-state.ts';

const phaseOrder = { Pending: 0, Unknown: 1, Running: 2, Succeeded: 3, Failed: 3 } as const;
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Pods in the order in which they are to be deleted when there are too many (`ActivePodsWithRanks`): not on a node, not
 * running, not ready, cheaper by annotation, on a crowded node, ready or created later, restarted more often.
 */
export function rankForDeletion(pods: readonly Pod[]): Pod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of pods) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1);
  const rank = (pod: Pod): number[] => [
    pod.spec.nodeName ? 1 : 0,
    phaseOrder[pod.status?.phase ?? 'Pending'],
    isPodReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.[deletionCost] ?? 0) || 0,
    -(perNode.get(pod.spec.nodeName ?? '') ?? 0),
    -timeOf(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime),
    -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
    -timeOf(pod.metadata.creationTimestamp),
  ];
  return pods
    .map((pod) => ({ pod, rank: rank(pod) }))
    .sort((a, b) => compareRanks(a.rank, b.rank))
    .map(({ pod }) => pod);
}

function compareRanks(a: number[], b: number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** 0, that is "long ago", when there is none. */
function timeOf(timestamp: string | undefined): number {
  return timestamp === undefined ? 0 : Date.parse(timestamp) || 0;
}
