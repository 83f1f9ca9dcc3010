import type { Descriptions } from './descriptions.ts';

const target = 'Value to aim at.';
const metric = 'Which metric.';
const ofResource = { name: 'cpu or memory.', target };

export const autoscalingDescriptions: Descriptions = {
  MetricSpec: {
    type: 'Resource, ContainerResource, Pods, Object or External: which of the fields is used.',
    resource: 'CPU or memory of the Pods.',
    containerResource: 'CPU or memory of one container of the Pods.',
    pods: 'A metric of each Pod, averaged.',
    object: 'A metric of one other object.',
    external: 'A metric from outside of the cluster.',
  },
  ResourceMetricSource: ofResource,
  ContainerResourceMetricSource: { ...ofResource, container: 'Name of the container.' },
  PodsMetricSource: { metric, target },
  ObjectMetricSource: { describedObject: 'The object.', metric, target },
  ExternalMetricSource: { metric, target },
  MetricIdentifier: { name: 'Name of the metric.', selector: 'Labels of its series.' },
  MetricTarget: {
    type: 'Utilization, Value or AverageValue.',
    value: 'Value of the metric.',
    averageValue: 'Value of the metric, divided by the number of Pods.',
    averageUtilization: 'Percentage of what the Pods request.',
  },
  CrossVersionObjectReference: { apiVersion: 'API version.', kind: 'Kind.', name: 'Name.' },
  HorizontalPodAutoscalerBehavior: { scaleUp: 'How fast Pods are added.', scaleDown: 'How fast Pods are removed.' },
  HPAScalingRules: {
    stabilizationWindowSeconds: 'Seconds of past proposals that are taken into account. Default: 0 up, 300 down.',
    selectPolicy: 'Max (default), Min, or Disabled: which of the policies wins.',
    policies: 'How much may change in a time.',
    tolerance: 'Relative distance from the target that changes nothing. Default 0.1.',
  },
  HPAScalingPolicy: {
    type: 'Pods or Percent.',
    value: 'How many.',
    periodSeconds: 'In how many seconds, 1 to 1800.',
  },
  DeploymentStrategy: {
    type: 'RollingUpdate (default) or Recreate.',
    rollingUpdate: 'Pace of a rolling update.',
  },
  RollingUpdateDeployment: {
    maxUnavailable: 'Pods that may be missing meanwhile, a number or a percentage. Default 25%.',
    maxSurge: 'Pods that may be extra meanwhile, a number or a percentage. Default 25%.',
  },
};
