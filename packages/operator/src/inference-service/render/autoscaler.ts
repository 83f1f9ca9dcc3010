import type { ComponentSpec, ScalingMetric } from '@serval/api';
import type { HorizontalPodAutoscaler } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Component } from './component.ts';

/** Percent of the requested cpu (KServe's default). */
export const defaultCpuUtilization = 80;

/**
 * The HorizontalPodAutoscaler of a component of class `hpa`, else nothing. At least one Pod, as an HPA cannot start from
 * none; at most maxReplicas, or as many as the least.
 */
export function renderAutoscaler(component: Component): HorizontalPodAutoscaler | undefined {
  if (component.autoscaler !== 'hpa') return undefined;
  const { labels, annotations, name, namespace, spec } = component;
  const minReplicas = Math.max(spec.minReplicas ?? 1, 1);
  const metrics = metricsOf(spec);
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas: Math.max(spec.maxReplicas ?? 0, minReplicas),
      ...(metrics.length > 0 ? { metrics } : {}),
      ...(spec.autoScaling?.behavior ? { behavior: spec.autoScaling.behavior } : {}),
    },
  };
}

/**
 * How fast KEDA scales: what the component says, and for what it does not say the windows of the configuration (KServe).
 */
export function behaviorOf(
  { autoScaling }: ComponentSpec,
  { autoscaler }: ServingConfig,
): Record<string, unknown> | undefined {
  const windows = {
    scaleUp: secondsOf(autoscaler.scaleUpStabilizationWindowSeconds),
    scaleDown: secondsOf(autoscaler.scaleDownStabilizationWindowSeconds),
  };
  const written = autoScaling?.behavior ?? {};
  const behavior: Record<string, unknown> = { ...written };
  for (const direction of ['scaleUp', 'scaleDown'] as const) {
    const stabilizationWindowSeconds = windows[direction];
    if (stabilizationWindowSeconds !== undefined) {
      behavior[direction] = { stabilizationWindowSeconds, ...written[direction] };
    }
  }
  return Object.keys(behavior).length > 0 ? behavior : undefined;
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function metricsOf(spec: ComponentSpec): Record<string, unknown>[] {
  if (spec.autoScaling?.metrics?.length) return spec.autoScaling.metrics.map(withDefaultTarget);
  const metric = spec.scaleMetric ?? 'cpu';
  const target = spec.scaleTarget;
  if (spec.scaleMetricType === 'AverageValue' && target !== undefined && (metric === 'cpu' || metric === 'memory')) {
    const averageValue = metric === 'cpu' ? `${target}m` : `${target}Mi`;
    return [{ type: 'Resource', resource: { name: metric, target: { type: 'AverageValue', averageValue } } }];
  }
  if (metric === 'cpu') return [resourceMetric('cpu', target ?? defaultCpuUtilization)];
  // Memory has no sensible default, and concurrency and rps are no resource metrics: Kubernetes' own default holds then.
  return metric === 'memory' && target !== undefined ? [resourceMetric('memory', target)] : [];
}

/** A metric on cpu may leave out what to aim at (KServe). */
function withDefaultTarget(metric: ScalingMetric): Record<string, unknown> {
  const { resource } = metric;
  const { averageUtilization, averageValue, value } = resource?.target ?? {};
  if (resource?.name !== 'cpu' || (averageUtilization ?? averageValue ?? value) !== undefined) return metric;
  return resourceMetric('cpu', defaultCpuUtilization);
}

function resourceMetric(name: string, averageUtilization: number): Record<string, unknown> {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}
