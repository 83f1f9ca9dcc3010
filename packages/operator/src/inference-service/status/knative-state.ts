import { findCondition, type KnativeService, type Pod } from '@serval/kube/objects';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { ComponentState } from './component-state.ts';
import { podState } from './pod-state.ts';

/** On the Pods of a revision: its name. */
const revisionLabel = 'serving.knative.dev/revision';

/** What a component's Knative Service and Pods come to. */
export interface KnativeState extends ComponentState {
  /** Requests find the revisions. */
  readonly routes: ConditionResult;
  /** The newest revision could serve. */
  readonly configurations: ConditionResult;
}

/** @param pods  of the component, of every revision */
export function knativeState(service: KnativeService | undefined, pods: readonly Pod[]): KnativeState {
  const { status = {}, metadata } = service ?? {};
  const current = service !== undefined && (status.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
  const living = pods.filter((pod) => !pod.metadata.deletionTimestamp);
  const newest = living.filter((pod) => pod.metadata.labels?.[revisionLabel] === status.latestCreatedRevisionName);
  const targets = current ? newest.map((pod) => podState(pod)) : [];
  const read = (type: string) => conditionOf(service, current, type);
  const ready = read('Ready');
  const failure = targets.find(({ state }) => state === 'Failed');
  return {
    // Knative tells of a Pod that fails only after its deadline, and not why.
    ready:
      ready.status !== 'True' && failure?.state === 'Failed'
        ? { status: 'False', reason: failure.conditionReason, message: failure.message }
        : ready,
    routes: read('RoutesReady'),
    configurations: read('ConfigurationsReady'),
    readyPods: living.filter((pod) => podState(pod).state === 'Ready').length,
    targets,
    rolledOut: ready.status === 'True' && status.latestCreatedRevisionName === status.latestReadyRevisionName,
    current,
  };
}

function conditionOf(service: KnativeService | undefined, current: boolean, type: string): ConditionResult {
  const reason = 'KnativeServicePending';
  if (!service) return { status: 'Unknown', reason, message: 'the Knative Service is not there yet' };
  const condition = current ? findCondition(service.status?.conditions, type) : undefined;
  if (!condition) {
    const message = `Knative has not acted on Service ${service.metadata.name} yet`;
    return { status: 'Unknown', reason, message };
  }
  const { status, reason: why, message: said } = condition;
  if (status === 'True') return { status };
  const message = `Knative Service ${service.metadata.name}: ${[why, said].filter(Boolean).join(': ') || `${type} is ${status}`}`;
  return { status: status === 'False' ? 'False' : 'Unknown', reason: why || `Knative${type}`, message };
}
