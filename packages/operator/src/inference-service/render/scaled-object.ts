import type { ComponentSpec, ScalingMetric } from '@serval/api';
import type { ScaledObject, ScaleTrigger } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { behaviorOf, defaultCpuUtilization } from './autoscaler.ts';
import type { Component } from './component.ts';

/**
 * KEDA's ScaledObject of a component of class `keda`, else nothing. Unlike an HPA it may scale to none. Without metrics it scales
 * on cpu, since KEDA takes none without a trigger. Triggers are KServe's, letter for letter.
 */
export function renderScaledObject(component: Component, config: ServingConfig): ScaledObject | undefined {
  if (component.autoscaler !== 'keda') return undefined;
  const { labels, annotations, name, namespace, spec } = component;
  const minReplicaCount = spec.minReplicas ?? 1;
  const behavior = behaviorOf(spec, config);
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount,
      maxReplicaCount: Math.max(spec.maxReplicas ?? 0, minReplicaCount),
      triggers: triggersOf(spec, component, config),
      ...(behavior ? { advanced: { horizontalPodAutoscalerConfig: { behavior } } } : {}),
    },
  };
}

function triggersOf({ autoScaling, scaleTarget }: ComponentSpec, component: Component, config: ServingConfig) {
  const triggers = (autoScaling?.metrics ?? []).flatMap((metric) => triggerOf(metric, component, config) ?? []);
  if (triggers.length > 0) return triggers;
  return [
    { type: 'cpu', metricType: 'Utilization', metadata: { value: String(scaleTarget ?? defaultCpuUtilization) } },
  ];
}

function triggerOf(metric: ScalingMetric, component: Component, config: ServingConfig): ScaleTrigger | undefined {
  switch (metric.type) {
    case 'Resource':
      return metric.resource && resourceTrigger(metric.resource);
    case 'External':
      return metric.external && externalTrigger(metric.external);
    case 'PodMetric':
      return metric.podmetric && podTrigger(metric.podmetric, component, config);
    default:
      return undefined;
  }
}

function resourceTrigger({ name, target }: NonNullable<ScalingMetric['resource']>): ScaleTrigger {
  const { type = 'Utilization', averageUtilization, averageValue, value } = target;
  const fallback = name === 'cpu' ? defaultCpuUtilization : 0;
  const aims = { Utilization: averageUtilization ?? fallback, AverageValue: averageValue ?? 0, Value: value ?? 0 };
  const aim = aims[type];
  return { type: name, metricType: type, metadata: { value: String(aim) } };
}

function externalTrigger({ metric, target, authenticationRef }: NonNullable<ScalingMetric['external']>): ScaleTrigger {
  const { backend = 'prometheus', serverAddress = '', query = '', namespace } = metric;
  return {
    type: backend,
    metadata: {
      serverAddress,
      query,
      threshold: String(target.value ?? 0),
      ...(backend === 'prometheus' && namespace ? { namespace } : {}),
      ...(authenticationRef?.authModes ? { authModes: authenticationRef.authModes } : {}),
    },
    ...(authenticationRef?.authenticationRef.name
      ? { authenticationRef: { name: authenticationRef.authenticationRef.name } }
      : {}),
  };
}

/** What the Pods report themselves, summed over those of this Deployment, from the collector's scaler. */
function podTrigger(
  { metric, target }: NonNullable<ScalingMetric['podmetric']>,
  { name, namespace }: Component,
  { opentelemetryCollector }: ServingConfig,
): ScaleTrigger {
  const { query = '', serverAddress, operationOverTime } = metric;
  return {
    type: 'external',
    metadata: {
      metricQuery: `sum(${query}{namespace="${namespace}", deployment="${name}"})`,
      targetValue: String(target.value ?? 0),
      scalerAddress: serverAddress || opentelemetryCollector.metricScalerEndpoint,
      ...(operationOverTime ? { operationOverTime } : {}),
    },
  };
}
