import type { ComponentSpec } from '@serval/api';
import type { HorizontalPodAutoscaler } from '@serval/kube/objects';
import type { Component } from './component.ts';

/** Percent of the requested cpu (KServe's default). */
const defaultCpuUtilization = 80;

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

function metricsOf(spec: ComponentSpec): Record<string, unknown>[] {
  if (spec.autoScaling?.metrics?.length) return spec.autoScaling.metrics;
  const metric = spec.scaleMetric ?? 'cpu';
  if (metric === 'cpu') return [resourceMetric('cpu', spec.scaleTarget ?? defaultCpuUtilization)];
  // Memory has no sensible default, and concurrency and rps are no resource metrics: Kubernetes' own default holds then.
  return metric === 'memory' && spec.scaleTarget !== undefined ? [resourceMetric('memory', spec.scaleTarget)] : [];
}

function resourceMetric(name: string, averageUtilization: number): Record<string, unknown> {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}
