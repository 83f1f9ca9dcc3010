import { findCondition } from '@serval/kube/objects';
import { isRolledOut } from '../../inference-service/render/observed-children.ts';
import type { Workload } from '../workload.ts';

/** How far a service is on its way to what is written. */
export type Settled =
  | { readonly state: 'settled' }
  | { readonly state: 'waiting' | 'failed'; readonly reason: string; readonly message: string };

/** A condition's message is a part of the one that quotes it. */
const maxQuoted = 1024;

/**
 * Whether a service serves what is written and nothing else any more: Ready is not enough, as it stays so while the Pods of an earlier
 * specification serve. Failed when its model cannot be loaded, or nothing can be made of the specification.
 */
export function settledOf({ service, deployments, pods }: Workload): Settled {
  const { metadata, status } = service;
  const where = `InferenceService ${metadata.namespace}/${metadata.name}`;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1)) {
    return waiting('NotObserved', `${where} was not looked at yet as it is written now`);
  }
  const { transitionStatus, lastFailureInfo } = status?.modelStatus ?? {};
  if (transitionStatus === 'BlockedByFailedLoad' || transitionStatus === 'InvalidSpec') {
    const why = quoted(lastFailureInfo?.reason ?? transitionStatus, lastFailureInfo?.message);
    return { state: 'failed', reason: transitionStatus, message: `${where} cannot serve its model: ${why}` };
  }
  const ready = findCondition(status?.conditions, 'Ready');
  if (ready?.status !== 'True') {
    return waiting('NotReady', `${where} is not Ready: ${quoted(ready?.reason ?? 'Unknown', ready?.message)}`);
  }
  if (status?.canaryStatuses?.length) return waiting('RollingOut', `${where} still has a canary`);
  const isKnative = status?.deploymentMode === 'Knative';
  // Where nothing runs, as nobody asks, no model is loaded.
  const isIdle = pods.length === 0 && deployments.every(({ spec }) => spec.replicas === 0);
  if (transitionStatus !== 'UpToDate' && !isIdle) {
    return waiting('RollingOut', `${where} is ${transitionStatus ?? 'on its way'}: earlier Pods serve`);
  }
  const behind = isKnative ? undefined : deployments.find((deployment) => !isRolledOut(deployment));
  if (behind) return waiting('RollingOut', `Deployment ${behind.metadata.name} of ${where} is not rolled out`);
  return { state: 'settled' };
}

export function quoted(reason: string, message: string | undefined): string {
  return message ? `${reason}: ${message.slice(0, maxQuoted)}` : reason;
}

function waiting(reason: string, message: string): Settled {
  return { state: 'waiting', reason, message };
}
