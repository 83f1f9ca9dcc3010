import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrainedModel, validateTrainedModel } from './index.ts';

const trained = (model: object = {}, name = 'my-model', inferenceService = 'triton'): TrainedModel => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'TrainedModel',
  metadata: { name },
  spec: { inferenceService, model: { framework: 'pytorch', storageUri: 's3://models/a', memory: '1Gi', ...model } },
});
const paths = (object: TrainedModel, old?: TrainedModel) => validateTrainedModel(object, old).map(({ path }) => path);

for (const [rule, object, expected] of [
  ['a whole model', trained(), []],
  ['a name is part of an address', trained({}, 'my.model'), ['metadata.name']],
  ['the service has the name of one', trained({}, 'a', 'Triton_1'), ['spec.inferenceService']],
  ['only what the agent can fetch', trained({ storageUri: 'pvc://claim/a' }), ['spec.model.storageUri']],
  ['a scheme is needed', trained({ storageUri: '/mnt/models' }), ['spec.model.storageUri']],
  ['something after the scheme', trained({ storageUri: 'gs://' }), ['spec.model.storageUri']],
  ['a format is needed', trained({ framework: '' }), ['spec.model.framework']],
  ['some memory is needed', trained({ memory: 0 }), ['spec.model.memory']],
] as const) {
  test(rule, () => assert.deepEqual(paths(object), expected));
}

test('memory cannot be changed, only written in another way', () => {
  assert.deepEqual(paths(trained({ memory: '2Gi' }), trained()), ['spec.model.memory']);
  assert.deepEqual(paths(trained({ memory: '1024Mi' }), trained()), []);
  assert.deepEqual(paths(trained({ storageUri: 's3://models/b', framework: 'onnx' }), trained()), []);
});

test('a password in an address is not repeated', () => {
  const [error] = validateTrainedModel(trained({ storageUri: 'ftp://me:hunter2@host/a' }));
  assert.doesNotMatch(error?.message ?? '', /hunter2/);
});

test('models of any shape are answered', () => {
  for (const spec of [null, 'x', {}, { model: null }, { model: { memory: 'much' }, inferenceService: 3 }]) {
    validateTrainedModel({ ...trained(), spec: spec as never });
  }
});
