import { type Deployment, scaledValue } from '@serval/kube/objects';

export interface RolloutLimits {
  replicas: number;
  /** Pods beyond `replicas` during a rollout. */
  maxSurge: number;
  /** Pods that may lack of `replicas` during a rollout. */
  maxUnavailable: number;
}

/** How far a rolling update may go at once. Never both nothing: then one Pod may be missing (`ResolveFenceposts`). */
export function rolloutLimits({ spec }: Deployment): RolloutLimits {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, 'up');
  const unavailable = scaledValue(maxUnavailable, replicas, 'down');
  return {
    replicas,
    maxSurge: surge,
    maxUnavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas),
  };
}
