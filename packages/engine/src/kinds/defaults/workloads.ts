import type { AnyObject } from '@serval/kube/objects';
import { defaultPodSpec } from './pod-spec.ts';
import { setDefaults } from './set-defaults.ts';

/** `pkg/apis/apps/v1/defaults.go`. */
export function defaultDeployment(draft: AnyObject): void {
  const spec = specOf(draft);
  defaultTemplate(spec);
  setDefaults(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
  setDefaults(spec['strategy'], { type: 'RollingUpdate' });
  const strategy = spec['strategy'] as Record<string, unknown>;
  if (strategy['type'] === 'RollingUpdate') {
    setDefaults(strategy, { rollingUpdate: {} });
    setDefaults(strategy['rollingUpdate'], { maxUnavailable: '25%', maxSurge: '25%' });
  }
}

export function defaultReplicaSet(draft: AnyObject): void {
  const spec = specOf(draft);
  defaultTemplate(spec);
  setDefaults(spec, { replicas: 1 });
}

/** `pkg/apis/batch/v1/defaults.go`. The selector is given out by the Job's strategy. */
export function defaultJob(draft: AnyObject): void {
  const spec = specOf(draft);
  defaultTemplate(spec);
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) {
    setDefaults(spec, { completions: 1, parallelism: 1 });
  }
  setDefaults(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: undefined,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
}

/** `pkg/apis/autoscaling/v2/defaults.go`: average CPU of 80 % when nothing else is said. */
export function defaultAutoscaler(draft: AnyObject): void {
  const spec = specOf(draft);
  setDefaults(spec, {
    minReplicas: 1,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  });
}

function specOf(draft: AnyObject): Record<string, unknown> {
  if (typeof draft['spec'] !== 'object' || draft['spec'] === null) draft['spec'] = {};
  return draft['spec'];
}

function defaultTemplate(spec: Record<string, unknown>): void {
  const template = spec['template'] as Record<string, unknown> | undefined;
  if (typeof template !== 'object' || template === null) return;
  setDefaults(template, { metadata: {} });
  defaultPodSpec(template['spec']);
}
