import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, model, pathsOf, service } from '../../../test-support/service-fixture.ts';

const canary = (name: string | undefined, trafficPercent: number, more: object = {}) => ({
  predictor: { ...(name === undefined ? {} : { name }), model, ...more },
  trafficPercent,
});
const canaries = (list: object[], stable: object = {}, mode?: string) =>
  service({ model, ...stable }, mode ? { 'serving.kserve.io/deploymentMode': mode } : {}, { canary: list });
const at = (field: string) => `spec.canary[0].${field}`;

const cases: Case[] = [
  ['two canaries', canaries([canary('a', 20), canary('b', 80)]), []],
  ['in Standard mode under its old name', canaries([canary('a', 20)], {}, 'RawDeployment'), []],
  ['in no other mode', canaries([canary('a', 20)], {}, 'Knative'), ['spec.canary']],
  ['a canary has a name', canaries([canary(undefined, 20)]), [at('predictor.name')]],
  ['that can be a name', canaries([canary('A_b', 20)]), [at('predictor.name')]],
  ['once', canaries([canary('a', 20), canary('a', 20)]), ['spec.canary[1].predictor.name']],
  ['not that of the stable one', canaries([canary('a', 20)], { name: 'a' }), [at('predictor.name')]],
  ['a share is a percentage', canaries([canary('a', -1)]), [at('trafficPercent')]],
  ['all shares are at most everything', canaries([canary('a', 60), canary('b', 60)]), ['spec.canary']],
  [
    'one split or the other',
    canaries([canary('a', 5)], { canaryTrafficPercent: 5 }),
    ['spec.predictor.canaryTrafficPercent'],
  ],
  ['a canary serves something', canaries([canary('a', 5, { model: undefined })]), [at('predictor')]],
  ['one thing', canaries([canary('a', 5, { sklearn: {} })]), [at('predictor')]],
  ['of a known format', canaries([canary('a', 5, { model: {} })]), [at('predictor.model.modelFormat.name')]],
  [
    'its container may be named, as KServe demands',
    canaries([canary('a', 5, { model: { ...model, name: 'kserve-container' } })]),
    [],
  ],
  [
    'its source is checked',
    canaries([canary('a', 5, { model: { ...model, storageUri: 's3://' } })]),
    [at('predictor.model.storageUri')],
  ],
  ['its logger is checked', canaries([canary('a', 5, { logger: { mode: 'x' } })]), [at('predictor.logger.mode')]],
  [
    'its replicas are fixed',
    canaries([canary('a', 5, { maxReplicas: 2, scaleTarget: 1, scaleMetric: 'cpu', autoScaling: {} })]),
    [
      at('predictor.maxReplicas'),
      at('predictor.scaleTarget'),
      at('predictor.scaleMetric'),
      at('predictor.autoScaling'),
    ],
  ],
  ['one node', canaries([canary('a', 5, { workerSpec: {} })]), [at('predictor.workerSpec')]],
  ['no more Pods than the stable one', canaries([canary('a', 5, { minReplicas: 2 })]), [at('predictor.minReplicas')]],
  ['which may have more than one', canaries([canary('a', 5, { minReplicas: 2 })], { minReplicas: 2 }), []],
  [
    'the stable one serves a model',
    service({ containers: [{ name: 'x', image: 'x:1' }] }, {}, { canary: [canary('a', 5)] }),
    ['spec.predictor'],
  ],
  ['names of children fit', canaries([canary('a'.repeat(60), 5)]), ['metadata.name']],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(pathsOf(object), expected));
}

test('a canary takes over by name and model together', () => {
  const old = service({ model });
  const newModel = { ...model, storageUri: 's3://models/iris-2' };
  assert.deepEqual(pathsOf(service({ name: 'v2', model: newModel }), old), []);
  assert.deepEqual(pathsOf(service({ name: 'v2', model }), old), ['spec.predictor.name']);
});
