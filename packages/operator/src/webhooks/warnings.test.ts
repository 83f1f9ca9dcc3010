import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService, PredictorSpec } from '@serval/api';
import { inferenceServiceWarnings, storedOnlyWarning } from './warnings.ts';

const paths = (predictor: PredictorSpec, annotations: Record<string, string> = {}) =>
  inferenceServiceWarnings({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', annotations },
    spec: { predictor },
  }).map((warning) => warning.split(' ')[0]);

test('what is served is not warned of', () => {
  assert.deepEqual(paths({ xgboost: { storageUri: 's3://m/x' }, canaryTrafficPercent: 100 }), []);
});

test('each field that is not acted on is named', () => {
  assert.deepEqual(
    paths({ logger: {}, batcher: { timeout: 5 }, scaleMetric: 'rps' }, { 'serving.kserve.io/autoscalerClass': 'keda' }),
    ['spec.predictor.batcher.timeout', 'spec.predictor.scaleMetric'],
  );
});

test('what another mode acts on is not warned of', () => {
  const service: InferenceService = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris' },
    spec: { predictor: { scaleMetric: 'rps' }, transformer: { canaryTrafficPercent: 10, batcher: { timeout: 5 } } },
  };
  assert.equal(inferenceServiceWarnings(service, [], 'Standard').length, 3);
  assert.match(inferenceServiceWarnings(service, [], 'Knative').join(), /^spec.transformer.batcher.timeout [^,]*$/);
  assert.deepEqual(inferenceServiceWarnings(service, [], 'ModelMesh'), []);
});

test('a scheme that only a storage container of its own could fetch from is named', () => {
  const model = { modelFormat: { name: 'xgboost' } };
  assert.deepEqual(paths({ model: { ...model, storageUri: 'model-registry://x/1' } }), [
    'spec.predictor.model.storageUri',
  ]);
  assert.deepEqual(paths({ model: { ...model, storageUri: '/mnt/models' } }), []);
});

test('objects of any shape are answered', () => {
  for (const spec of [undefined, {}, { predictor: null }]) {
    assert.deepEqual(inferenceServiceWarnings({ metadata: {}, spec } as unknown as InferenceService), []);
  }
});

test('a kind that nothing acts on says so', () => {
  const graph = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'InferenceGraph', metadata: { name: 'g' } };
  assert.deepEqual(storedOnlyWarning(graph), [
    'InferenceGraph is stored and checked, and not acted on by this release',
  ]);
});
