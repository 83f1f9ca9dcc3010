import { findCondition } from '@serval/kube/objects';
import type { Workload } from '../workload.ts';
import { quoted, type Settled, settledOf } from './settled.ts';

/** `without`: the service has no canary to try, as its Pods stay the same, or nothing can split its requests, or nothing served before. */
export type CanaryHealth =
  | { readonly state: 'healthy' }
  | { readonly state: 'without' }
  | Exclude<Settled, { state: 'settled' }>;

/**
 * How the canary of a service does that is to get a share of the requests: healthy where it is ready and has the share, and what serves
 * beside it is Ready.
 */
export function canaryHealthOf(workload: Workload, trafficPercent: number): CanaryHealth {
  const { metadata, status } = workload.service;
  const where = `InferenceService ${metadata.namespace}/${metadata.name}`;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1)) {
    return waiting('NotObserved', `${where} was not looked at yet as it is written now`);
  }
  const canary = status?.canaryStatuses?.[0];
  if (!canary) {
    const settled = settledOf(workload);
    return settled.state === 'settled' ? { state: 'without' } : settled;
  }
  const { transitionStatus, lastFailureInfo } = canary.modelStatus ?? {};
  if (transitionStatus === 'BlockedByFailedLoad' || transitionStatus === 'InvalidSpec') {
    const why = quoted(lastFailureInfo?.reason ?? transitionStatus, lastFailureInfo?.message);
    return {
      state: 'failed',
      reason: transitionStatus,
      message: `the canary of ${where} cannot serve its model: ${why}`,
    };
  }
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready?.status !== 'True') {
    return waiting('NotReady', `${where} is not Ready: ${quoted(ready?.reason ?? 'Unknown', ready?.message)}`);
  }
  const tried = findCondition(status?.conditions, 'CanaryPredictorReady');
  if (tried?.reason === 'NoRoutes') return { state: 'without' };
  if (!canary.ready || tried?.status !== 'True') {
    return waiting(
      'CanaryNotReady',
      `the canary of ${where} is not ready: ${quoted(tried?.reason ?? 'Unknown', tried?.message)}`,
    );
  }
  if (canary.trafficPercent !== trafficPercent) {
    return waiting(
      'TrafficMoving',
      `the canary of ${where} has ${canary.trafficPercent} % of the requests, not ${trafficPercent} % yet`,
    );
  }
  return { state: 'healthy' };
}

function waiting(reason: string, message: string): CanaryHealth {
  return { state: 'waiting', reason, message };
}
