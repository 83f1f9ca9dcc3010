import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, model, pathsOf, service } from '../../../test-support/service-fixture.ts';
import type { ComponentSpec } from '../index.ts';

const classes = {
  hpa: { 'serving.kserve.io/deploymentMode': 'Standard', 'serving.kserve.io/autoscalerClass': 'hpa' },
  keda: { 'serving.kserve.io/deploymentMode': 'RawDeployment', 'serving.kserve.io/autoscalerClass': 'keda' },
  external: { 'serving.kserve.io/autoscalerClass': 'external' },
  none: { 'serving.kserve.io/autoscalerClass': 'none' },
  knative: { 'serving.kserve.io/deploymentMode': 'Serverless' },
  knativeHpa: {
    'serving.kserve.io/deploymentMode': 'Knative',
    'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev',
  },
};
const with_ = (annotations: Record<string, string>, component: ComponentSpec) =>
  service({ model, ...component }, annotations);
type Metric = NonNullable<NonNullable<ComponentSpec['autoScaling']>['metrics']>[number];
const keda = (...metrics: Metric[]) => with_(classes.keda, { autoScaling: { metrics } });
const resource = (name: 'cpu' | 'memory', target: object): Metric => ({ type: 'Resource', resource: { name, target } });
const query = (target: object, metric: object = { backend: 'prometheus', query: 'up' }): Metric => ({
  type: 'External',
  external: { metric, target },
});
const first = 'spec.predictor.autoScaling.metrics[0]';

const cases: Case[] = [
  ['hpa scales on memory', with_(classes.hpa, { scaleMetric: 'memory', scaleTarget: 70 }), []],
  ['hpa knows no rps', with_(classes.hpa, { scaleMetric: 'rps' }), ['spec.predictor.scaleMetric']],
  ['hpa aims at a percentage', with_(classes.hpa, { scaleTarget: 101 }), ['spec.predictor.scaleTarget']],
  [
    'or at an amount',
    with_(classes.hpa, { scaleTarget: 500, scaleMetric: 'memory', scaleMetricType: 'AverageValue' }),
    [],
  ],
  ['nothing aims at zero', with_(classes.external, { scaleTarget: 0 }), ['spec.predictor.scaleTarget']],
  [
    'metrics of hpa are resources',
    with_(classes.hpa, { autoScaling: { metrics: [query({ type: 'Value', value: '1' })] } }),
    [`${first}.type`],
  ],
  [
    'a resource is described',
    with_(classes.hpa, { autoScaling: { metrics: [{ type: 'Resource' }] } }),
    [`${first}.resource`],
  ],
  ['keda takes no single metric', with_(classes.keda, { scaleMetric: 'cpu' }), ['spec.predictor.scaleMetric']],
  ['keda on cpu', keda(resource('cpu', { type: 'Utilization', averageUtilization: 80 })), []],
  [
    'cpu is a percentage',
    keda(resource('cpu', { type: 'AverageValue', averageValue: '1' })),
    [`${first}.resource.target.type`],
  ],
  [
    'of at most 100',
    keda(resource('cpu', { type: 'Utilization', averageUtilization: 101 })),
    [`${first}.resource.target.averageUtilization`],
  ],
  ['which is given', keda(resource('cpu', { type: 'Utilization' })), [`${first}.resource.target.averageUtilization`]],
  ['keda on memory', keda(resource('memory', { type: 'AverageValue', averageValue: '500Mi' })), []],
  [
    'a Mi of memory at least',
    keda(resource('memory', { type: 'AverageValue', averageValue: '1Ki' })),
    [`${first}.resource.target.averageValue`],
  ],
  ['memory has no total', keda(resource('memory', { type: 'Value', value: '1Gi' })), [`${first}.resource.target.type`]],
  ['keda on a query', keda(query({ type: 'Value', value: '10' })), []],
  ['a query is written', keda(query({ type: 'Value', value: '10' }, {})), [`${first}.external.metric.query`]],
  ['a query has a target', keda(query({ type: 'Value' })), [`${first}.external.target.value`]],
  [
    'a target has the value of its type',
    keda(query({ type: 'AverageValue', value: '10' })),
    [`${first}.external.target.averageValue`],
  ],
  ['a source is there', keda({ type: 'External' }), [`${first}.external`]],
  ['so is that of Pods', keda({ type: 'PodMetric' }), [`${first}.podmetric`]],
  [
    'Pods are queried',
    keda({
      type: 'PodMetric',
      podmetric: { metric: { backend: 'opentelemetry' }, target: { type: 'Value', value: '4' } },
    }),
    [`${first}.podmetric.metric.query`],
  ],
  ['external asks for nothing', with_(classes.external, { scaleMetric: 'rps', scaleTarget: 400 }), []],
  ['nor does none', with_(classes.none, { autoScaling: { metrics: [{ type: 'Resource' }] } }), []],
  ['without a class, requests per second pass', service({ model, scaleMetric: 'rps', scaleTarget: 400 }), []],
  ['Knative counts requests', with_(classes.knative, { scaleMetric: 'concurrency', scaleTarget: 200 }), []],
  ['Knative does not know cpu', with_(classes.knative, { scaleMetric: 'cpu' }), ['spec.predictor.scaleMetric']],
  ['unless an HPA scales', with_(classes.knativeHpa, { scaleMetric: 'cpu' }), []],
  [
    'Knative has no deployment strategy',
    with_(classes.knative, { deploymentStrategy: { type: 'Recreate' } }),
    ['spec.predictor.deploymentStrategy'],
  ],
  [
    'transformer and explainer are scaled too',
    service({ model }, classes.keda, {
      transformer: { containers: [{ name: 't', image: 't:1' }], scaleMetric: 'cpu' },
      explainer: { containers: [{ name: 'e', image: 'e:1' }], scaleMetric: 'cpu' },
    }),
    ['spec.transformer.scaleMetric', 'spec.explainer.scaleMetric'],
  ],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(pathsOf(object), expected));
}
