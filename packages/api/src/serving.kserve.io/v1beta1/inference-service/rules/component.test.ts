import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, model, pathsOf, service } from '../../../test-support/service-fixture.ts';

const predictor = (component: object) => service({ model, ...component });
const custom = (env: object[]) => service({ containers: [{ name: 'kserve-container', image: 'x:1', env }] });
const own = { containers: [{ name: 'x', image: 'x:1' }] };

const cases: Case[] = [
  ['a logger', predictor({ logger: { url: 'http://sink', mode: 'all', batchSize: 10, batchInterval: '1m30s' } }), []],
  [
    'a logger that stores',
    predictor({ logger: { storage: { path: 'logs', key: 'store', parameters: { type: 's3' } } } }),
    [],
  ],
  [
    'needs all of its storage',
    predictor({ logger: { storage: { path: 'logs' } } }),
    ['spec.predictor.logger.storage.parameters', 'spec.predictor.logger.storage.key'],
  ],
  ['batches of one and more', predictor({ logger: { batchSize: 0 } }), ['spec.predictor.logger.batchSize']],
  [
    'a wait is a duration',
    predictor({ logger: { batchInterval: '5 seconds' } }),
    ['spec.predictor.logger.batchInterval'],
  ],
  ['a batcher', predictor({ batcher: { maxBatchSize: 8, maxLatency: 500, timeout: 60 } }), []],
  [
    'batches of something in some time',
    predictor({ batcher: { maxBatchSize: 0, maxLatency: 0 } }),
    ['spec.predictor.batcher.maxBatchSize', 'spec.predictor.batcher.maxLatency'],
  ],
  ['no negative wait', predictor({ timeout: -1 }), ['spec.predictor.timeout']],
  ['a protocol of an own server', custom([{ name: 'PROTOCOL', value: 'v2' }]), []],
  ['that is known', custom([{ name: 'PROTOCOL', value: 'v3' }]), ['spec.predictor.containers[0].env[0].value']],
  ['no foreign code', custom([{ name: 'PYTHONPATH', value: '/x' }]), ['spec.predictor.containers[0].env[0].name']],
  [
    'nor in the container of a model',
    service({ model: { ...model, env: [{ name: 'PYTHONPATH', value: '/x' }] } }),
    ['spec.predictor.model.env[0].name'],
  ],
  [
    'nor in init containers',
    predictor({ initContainers: [{ name: 'i', image: 'i:1', env: [{ name: 'PYTHONPATH', value: '/x' }] }] }),
    ['spec.predictor.initContainers[0].env[0].name'],
  ],
  ['a transformer', service({ model }, {}, { transformer: own }), []],
  ['has a container', service({ model }, {}, { transformer: { minReplicas: 1 } }), ['spec.transformer.containers']],
  [
    'and replicas in order',
    service({ model }, {}, { transformer: { ...own, minReplicas: 2, maxReplicas: 1 } }),
    ['spec.transformer.minReplicas'],
  ],
  ['an explainer of either kind', service({ model }, {}, { explainer: { art: { type: 'SquareAttack' } } }), []],
  ['or of one’s own', service({ model }, {}, { explainer: own }), []],
  ['but not both', service({ model }, {}, { explainer: { ...own, art: {} } }), ['spec.explainer']],
  ['nor none', service({ model }, {}, { explainer: {} }), ['spec.explainer']],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(pathsOf(object), expected));
}
