import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { checkObject } from './check-object.ts';

const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://' };
const invalid = { model, minReplicas: 3, maxReplicas: 2 };
const service = (predictor: unknown): AnyObject => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris' },
  spec: { predictor },
});

const cases: [what: string, now: object, before: object, expected: string[]][] = [
  ['an invalid field that stays', { ...invalid, timeout: 60 }, invalid, []],
  ['another invalid value', { ...invalid, minReplicas: 4 }, invalid, ['spec.predictor.minReplicas']],
  ['a field that becomes invalid', { ...invalid, timeout: -1 }, invalid, ['spec.predictor.timeout']],
  [
    'another value that is invalid for the same reason',
    { containers: [{ name: 'a', env: [{ name: 'PYTHONPATH', value: '/b' }] }] },
    { containers: [{ name: 'a', env: [{ name: 'B' }, { name: 'PYTHONPATH', value: '/b' }] }] },
    ['spec.predictor.containers[0].env[0].name'],
  ],
  [
    'a part with two forms, in which something else changes',
    { model: { ...model, image: 'a:2' }, sklearn: {} },
    { model, sklearn: {} },
    [],
  ],
  ['a list without its defaults', { ...invalid, storageUris: [{}], timeout: 1 }, { ...invalid, storageUris: [{}] }, []],
  ['a third form', { model, sklearn: {}, onnx: {} }, { model, sklearn: {} }, ['spec.predictor']],
];
for (const [what, now, before, expected] of cases) {
  test(what, () => {
    const { errors } = checkObject(service(now), { old: service(before) });
    assert.deepEqual(
      errors.map(({ path }) => path),
      expected,
    );
  });
}
