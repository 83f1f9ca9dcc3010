import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, model, pathsOf, service } from '../../../test-support/service-fixture.ts';

const none = { 'serving.kserve.io/autoscalerClass': 'none' };
const shared = { ...model, storageUri: 'pvc://models/llm' };
const nodes = (worker: object, more: object = {}, annotations: Record<string, string> = none) =>
  service({ model: { ...shared, ...more }, workerSpec: worker }, annotations);
const gpu = (name: string) => ({ resources: { limits: { [name]: '1', memory: '8Gi' }, requests: { [name]: '1' } } });
const worker = (more: object) => ({ containers: [{ name: 'worker-container', image: 'w:1', ...more }] });

const cases: Case[] = [
  ['several nodes', nodes({ pipelineParallelSize: 2, tensorParallelSize: 4, ...worker(gpu('nvidia.com/gpu')) }), []],
  [
    'one worker container',
    nodes({ containers: [{ name: 'a' }, { name: 'b' }] }),
    ['spec.predictor.workerSpec.containers'],
  ],
  ['pipelines from one on', nodes({ pipelineParallelSize: 0 }), ['spec.predictor.workerSpec.pipelineParallelSize']],
  ['tensors from one on', nodes({ tensorParallelSize: 0 }), ['spec.predictor.workerSpec.tensorParallelSize']],
  [
    'sizes are no variables',
    nodes({}, { env: [{ name: 'TENSOR_PARALLEL_SIZE', value: '2' }] }),
    ['spec.predictor.model.env[0].name'],
  ],
  [
    'an unknown GPU',
    nodes(worker(gpu('acme.com/gpu'))),
    [
      'spec.predictor.workerSpec.containers[0].resources.limits[acme.com/gpu]',
      'spec.predictor.workerSpec.containers[0].resources.requests[acme.com/gpu]',
    ],
  ],
  [
    'of the first node too',
    nodes({}, gpu('acme.com/gpu')),
    ['spec.predictor.model.resources.limits[acme.com/gpu]', 'spec.predictor.model.resources.requests[acme.com/gpu]'],
  ],
  [
    'unless it is named',
    nodes({}, gpu('acme.com/gpu'), { ...none, 'serving.kserve.io/gpu-resource-types': '["acme.com/gpu"]' }),
    [],
  ],
  [
    'in a list',
    nodes({}, {}, { ...none, 'serving.kserve.io/gpu-resource-types': '["", 1]' }),
    ['metadata.annotations[serving.kserve.io/gpu-resource-types]'],
  ],
  ['a source is needed', nodes({}, { storageUri: undefined }), ['spec.predictor.model.storageUri']],
  ['that all nodes can read', nodes({}, { storageUri: 's3://a/b' }), ['spec.predictor.model.storageUri']],
  ['such as an image', nodes({}, { storageUri: 'oci://registry/model:1' }), []],
  ['nothing scales', nodes({}, {}, {}), ['metadata.annotations[serving.kserve.io/autoscalerClass]']],
  [
    'no foreign code',
    nodes(worker({ env: [{ name: 'PYTHONPATH', value: '/x' }] })),
    ['spec.predictor.workerSpec.containers[0].env[0].name'],
  ],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(pathsOf(object), expected));
}
