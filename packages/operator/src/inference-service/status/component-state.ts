import { type Deployment, findCondition, type Pod } from '@serval/kube/objects';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { ObservedComponent } from '../observe.ts';
import type { Component } from '../render/component.ts';
import { isRolledOut } from '../render/observed-children.ts';
import { type PodState, podState } from './pod-state.ts';
import { targetPods } from './target-pods.ts';

/** What a component's Deployment and Pods come to. */
export interface ComponentState {
  readonly ready: ConditionResult;
  /** Pods that take requests now, of any template. */
  readonly readyPods: number;
  /** States of the Pods of the present template. */
  readonly targets: readonly PodState[];
  /** Every Pod that should be there is of the present template and available. */
  readonly rolledOut: boolean;
  /** The Deployment's controller has seen its latest specification. */
  readonly current: boolean;
}

/** A component of which nothing is there yet. */
const nothing: ObservedComponent = { deployment: undefined, replicaSets: [], pods: [] };

export function componentState({ deployment, replicaSets, pods } = nothing): ComponentState {
  const living = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const readyPods = living.filter((pod) => podState(pod).state === 'Ready').length;
  if (!deployment) {
    return {
      ready: { status: 'Unknown', reason: 'DeploymentPending', message: 'the Deployment is not there yet' },
      readyPods,
      targets: [],
      rolledOut: false,
      current: false,
    };
  }
  const current = (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 1);
  const targets = targetPods(deployment, replicaSets, living).map((pod: Pod) => podState(pod));
  return {
    ready: readiness(deployment, current, readyPods, targets),
    readyPods,
    targets,
    rolledOut: isRolledOut(deployment),
    current,
  };
}

/** Of a component with its workers, without which it serves nothing. */
export function setState(
  { name, worker }: Component,
  workloads: ReadonlyMap<string, ObservedComponent>,
): ComponentState {
  const head = componentState(workloads.get(name));
  if (!worker) return head;
  const workers = componentState(workloads.get(worker.name));
  const isWorkers = head.ready.status === 'True' || (workers.ready.status === 'False' && head.ready.status !== 'False');
  const { message, ...rest } = workers.ready;
  return {
    ...head,
    ready:
      isWorkers && rest.status !== 'True' ? { ...rest, message: `workers: ${message ?? rest.reason}` } : head.ready,
    // A worker that fails is why the model does not load.
    targets: [...head.targets, ...workers.targets.filter(({ state }) => state === 'Failed')],
    rolledOut: head.rolledOut && workers.rolledOut,
    current: head.current && workers.current,
  };
}

/**
 * Ready while Pods serve, also those of the former template during an update (KServe). What serves is taken from the Pods
 * themselves, so a Deployment status of yesterday makes nothing ready.
 */
function readiness(
  deployment: Deployment,
  current: boolean,
  readyPods: number,
  targets: readonly PodState[],
): ConditionResult {
  const available = findCondition(deployment.status?.conditions, 'Available');
  if (readyPods > 0 && (!current || available?.status === 'True')) return { status: 'True' };
  if (current && available?.status === 'True' && deployment.spec.replicas === 0) return { status: 'True' };
  const failure = targets.find((target) => target.state === 'Failed');
  if (failure) return { status: 'False', reason: failure.conditionReason, message: failure.message };
  if (!current) {
    return { status: 'Unknown', reason: 'DeploymentPending', message: 'the Deployment has not been acted on yet' };
  }
  for (const [type, bad] of [
    ['ReplicaFailure', 'True'],
    ['Progressing', 'False'],
  ] as const) {
    const condition = findCondition(deployment.status?.conditions, type);
    if (condition?.status === bad) {
      return { status: 'False', reason: condition.reason ?? type, message: condition.message ?? '' };
    }
  }
  const progress = targets.find((target) => target.state !== 'Ready' && target.message !== undefined);
  if (progress?.state === 'Loading' || progress?.state === 'Pending') {
    return { status: 'False', reason: progress.reason ?? progress.state, message: progress.message ?? '' };
  }
  return {
    status: 'False',
    reason: available?.reason ?? 'MinimumReplicasUnavailable',
    message: available?.message ?? 'no Pod is ready yet',
  };
}
