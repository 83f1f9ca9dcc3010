import { type Condition, type HorizontalPodAutoscaler, setCondition } from '@serval/kube/objects';

export interface AutoscalerDecision {
  /** Replicas to scale the target to, when not the current ones. */
  scaleTo?: { replicas: number; reason: string };
  conditions: Condition[];
  /** A problem for people to see. */
  warning?: { reason: string; message: string };
}

/**
 * What to do about a target with `current` replicas. There is no metrics API, so nothing but the bounds can be enforced; that is
 * said in the conditions as upstream says it when metrics cannot be had.
 */
export function decideReplicas(autoscaler: HorizontalPodAutoscaler, current: number, now: string): AutoscalerDecision {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  let conditions: Condition[] = autoscaler.status?.conditions ?? [];
  const set = (type: string, status: 'True' | 'False', reason: string, message: string): void => {
    conditions = setCondition(conditions, { type, status, reason, message }, now);
  };
  set('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
  if (current === 0 && minReplicas !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    set('ScalingActive', 'False', 'ScalingDisabled', message);
    return { conditions };
  }
  const bounded = Math.min(Math.max(current, minReplicas), maxReplicas);
  if (bounded !== current) {
    const bound = current > maxReplicas ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas';
    set(
      'AbleToScale',
      'True',
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${bounded}`,
    );
    return { conditions, scaleTo: { replicas: bounded, reason: `Current number of replicas ${bound}` } };
  }
  // A machine without metrics is no event of this autoscaler: the condition says it as long as it is so.
  const missing = missingMetric(autoscaler);
  set('ScalingActive', 'False', missing.reason, `the HPA was unable to compute the replica count: ${missing.message}`);
  return { conditions };
}

/** The target cannot be found or has no scale. */
export function withoutScale(autoscaler: HorizontalPodAutoscaler, problem: string, now: string): AutoscalerDecision {
  const message = `the HPA controller was unable to get the target's current scale: ${problem}`;
  const condition = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message } as const;
  return {
    conditions: setCondition<Condition>(autoscaler.status?.conditions, condition, now),
    warning: { reason: 'FailedGetScale', message: problem },
  };
}

function missingMetric({ spec }: HorizontalPodAutoscaler): { reason: string; message: string } {
  const [metric] = (spec.metrics ?? []) as {
    type?: string;
    resource?: { name?: string; target?: { type?: string } };
  }[];
  const type = metric?.type ?? 'Resource';
  if (type !== 'Resource' && type !== 'ContainerResource') {
    const message = `unable to get ${type.toLowerCase()} metric: unable to fetch metrics from ${type === 'External' ? 'external' : 'custom'} metrics API: the server could not find the requested resource`;
    return { reason: `FailedGet${type}Metric`, message };
  }
  const name = metric?.resource?.name ?? 'cpu';
  const what = metric?.resource?.target?.type === 'AverageValue' ? 'metric value' : 'utilization';
  return {
    reason: `FailedGet${type}Metric`,
    message: `failed to get ${name} ${what}: unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`,
  };
}
