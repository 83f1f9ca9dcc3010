import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultInferenceService, type InferenceService } from '@serval/api';
import type { KubeObject, PodSpec } from '@serval/kube/objects';
import { builtinDefinition, type StructuralSchema } from '@serval/kube/schema';
import { defaultServingConfig } from '../../config/serving-config.ts';
import { podTemplateOf } from './pod-template.ts';
import { renderInferenceService } from './render-inference-service.ts';

/** A value of a schema with every field in it, as far as it is said what they are. */
function sample(schema: StructuralSchema | undefined, name: string, depth = 0): unknown {
  if (!schema || depth > 8) return {};
  if (schema['x-kubernetes-int-or-string']) return 7;
  if (schema.enum?.length) return schema.enum[0];
  switch (schema.type) {
    case 'string':
      return `${name}-text`;
    case 'integer':
    case 'number':
      return 7;
    case 'boolean':
      return true;
    case 'array':
      return [sample(schema.items, name, depth + 1)];
    default:
  }
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([field, of]) => [field, sample(of, field, depth + 1)]),
    );
  }
  return { key: `${name}-value` };
}

const podSpec = builtinDefinition('core/v1.PodSpec');
const fields = Object.keys(podSpec?.properties ?? {});
/** Rendering adds to those of the service. */
const containerFields = ['containers'];
const runtime = {
  supportedModelFormats: [{ name: 'xgboost', autoSelect: true }],
  containers: [{ name: 'kserve-container', image: 'server:1' }],
};
const worker = { containers: [{ name: 'worker-container', image: 'worker:1' }] };

/** Where Pod fields are written, and the workload that they are to reach. */
const places: [place: string, child: string, write: (pod: Partial<PodSpec>) => InferenceService['spec']][] = [
  ['a predictor with a runtime', 'a-predictor', (pod) => ({ predictor: { ...pod, model: model() } })],
  ['a predictor of its own containers', 'a-predictor', (pod) => ({ predictor: { ...own(), ...pod } })],
  ['a transformer', 'a-transformer', (pod) => ({ predictor: { model: model() }, transformer: { ...own(), ...pod } })],
  ['an explainer', 'a-explainer', (pod) => ({ predictor: { model: model() }, explainer: { ...own(), ...pod } })],
  ['workers', 'a-predictor-worker', (pod) => ({ predictor: { model: model(), workerSpec: pod } })],
];

function model() {
  return { modelFormat: { name: 'xgboost' }, storageUri: 'pvc://m/a' };
}

function own() {
  return { containers: [{ name: 'kserve-container', image: 'mine:1' }] };
}

function podOf(mode: string, spec: InferenceService['spec'], child: string): PodSpec | undefined {
  const annotations = { 'serving.kserve.io/deploymentMode': mode, 'serving.kserve.io/autoscalerClass': 'none' };
  const service = defaultInferenceService({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'a', namespace: 'default', annotations },
    spec,
  });
  const ofRuntime = spec.predictor.workerSpec ? { ...runtime, workerSpec: worker } : runtime;
  const rendered = renderInferenceService({
    service,
    runtimes: { namespaced: [], cluster: [{ apiVersion: '', kind: '', metadata: { name: 'r' }, spec: ofRuntime }] },
    config: defaultServingConfig,
  });
  assert.notEqual(rendered.state, 'failed', JSON.stringify(rendered));
  const objects: readonly KubeObject[] = rendered.state === 'failed' ? [] : rendered.objects;
  const found = objects.find((object) => object.metadata.name === child && podTemplateOf(object));
  return found && podTemplateOf(found)?.spec;
}

test('there are fields of a Pod to look at', () => {
  assert.ok(fields.length > 35, String(fields.length));
  for (const field of ['topologySpreadConstraints', 'runtimeClassName', 'hostIPC', 'dnsConfig', 'priorityClassName']) {
    assert.ok(fields.includes(field), field);
  }
});

for (const mode of ['Standard', 'Knative']) {
  for (const [place, child, write] of places) {
    // Knative knows no workers.
    if (mode === 'Knative' && child.endsWith('worker')) continue;
    test(`${mode}: every field of the Pod of ${place} arrives exactly`, () => {
      for (const field of fields.filter((name) => !containerFields.includes(name))) {
        const value = sample(podSpec?.properties?.[field], field);
        const reached = podOf(mode, write({ [field]: structuredClone(value) }), child);
        assert.deepEqual(reached?.[field], value, field);
      }
    });

    test(`${mode}: a field of ${place} that is not known arrives exactly`, () => {
      const value = { of: ['a', { newer: 'Kubernetes' }] };
      assert.deepEqual(podOf(mode, write({ futureField: value }), child)?.['futureField'], value);
    });

    test(`${mode}: nothing is added to the Pod of ${place} but what it needs`, () => {
      assert.deepEqual(Object.keys(podOf(mode, write({}), child) ?? {}), ['containers']);
    });
  }
}

test('a container beside the server arrives exactly, but for the name of the service', () => {
  const sidecar = sample(builtinDefinition('core/v1.Container'), 'sidecar') as PodSpec['containers'][number];
  sidecar.name = 'beside';
  const pod = podOf(
    'Standard',
    { predictor: { model: model(), containers: [structuredClone(sidecar)] } },
    'a-predictor',
  );
  const { env = [], ...rest } = pod?.containers.find(({ name }) => name === 'beside') ?? {};
  const { env: written = [], ...expected } = sidecar;
  assert.deepEqual(rest, expected);
  assert.deepEqual(env, [...written, { name: 'INFERENCE_SERVICE_NAME', value: 'a' }]);
});
