import { type Condition, matchesEveryLabel, type Pod, type ReplicaSet, setCondition } from '@serval/kube/objects';
import { availableInMs, isPodActive, isPodReady } from '../shared/pod-state.ts';

export interface ReplicaFailure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
}

/**
 * The status of a ReplicaSet with these Pods (`calculateStatus`), and when a Pod becomes available by mere passing of time.
 */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  failure: ReplicaFailure | undefined,
  nowMs: number,
  now: string,
): { status: NonNullable<ReplicaSet['status']>; requeueAfterMs?: number } {
  const { spec, metadata } = replicaSet;
  const active = pods.filter(isPodActive);
  const templateLabels = spec.template.metadata?.labels;
  const waits = active.map((pod) => availableInMs(pod, spec.minReadySeconds ?? 0, nowMs));
  const conditions = failureConditions(replicaSet.status?.conditions, failure, now);
  const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  return {
    status: {
      replicas: active.length,
      ...positive(
        'fullyLabeledReplicas',
        active.filter((pod) => matchesEveryLabel(templateLabels, pod.metadata.labels)),
      ),
      ...positive('readyReplicas', active.filter(isPodReady)),
      ...positive(
        'availableReplicas',
        waits.filter((wait) => wait === 0),
      ),
      ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
      ...(conditions.length > 0 ? { conditions } : {}),
    },
    ...(pending.length > 0 ? { requeueAfterMs: Math.min(...pending) } : {}),
  };
}

/** Counts of nothing are left out, as the API server answers them. */
function positive<K extends string>(field: K, found: readonly unknown[]): Partial<Record<K, number>> {
  return found.length > 0 ? ({ [field]: found.length } as Record<K, number>) : {};
}

function failureConditions(
  current: readonly Condition[] = [],
  failure: ReplicaFailure | undefined,
  now: string,
): Condition[] {
  if (failure === undefined) return current.filter(({ type }) => type !== 'ReplicaFailure');
  return setCondition(current, { type: 'ReplicaFailure', status: 'True', ...failure }, now);
}
