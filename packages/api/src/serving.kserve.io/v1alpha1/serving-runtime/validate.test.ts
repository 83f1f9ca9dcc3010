import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServingRuntime, type ServingRuntimeSpec, validateServingRuntime } from './index.ts';

const container = { name: 'kserve-container', image: 'serval/model-server:0.1.0' };
const runtime = (name: string, spec: Partial<ServingRuntimeSpec>): ServingRuntime => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ServingRuntime',
  metadata: { name, namespace: 'default' },
  spec: { containers: [container], ...spec },
});
const xgboost = (priority: number) => [{ name: 'xgboost', version: '1', autoSelect: true, priority }];

test('a runtime with a container is valid', () => {
  assert.deepEqual(validateServingRuntime(runtime('a', { supportedModelFormats: xgboost(1) })), []);
});

test('containers are there, named, and once', () => {
  assert.equal(validateServingRuntime(runtime('a', { containers: [] }))[0]?.path, 'spec.containers');
  assert.equal(
    validateServingRuntime(runtime('a', { containers: [container, container] }))[0]?.path,
    'spec.containers[1].name',
  );
});

test('one format has one priority in a runtime', () => {
  const [error] = validateServingRuntime(
    runtime('a', {
      supportedModelFormats: [...xgboost(1), { name: 'xgboost', version: '2', autoSelect: true, priority: 2 }],
    }),
  );
  assert.equal(error?.path, 'spec.supportedModelFormats[1].priority');
});

const worker = (more: Partial<NonNullable<ServingRuntimeSpec['workerSpec']>>) => ({
  workerSpec: { containers: [{ name: 'worker-container', image: 'w:1' }], ...more },
});
const gpu = (name: string) => ({ limits: { [name]: '1', cpu: '2' } });

const cases: [rule: string, spec: Partial<ServingRuntimeSpec>, expected: string[]][] = [
  ['several nodes', { ...worker({ pipelineParallelSize: 2, tensorParallelSize: 4 }) }, []],
  ['a worker has a container', worker({ containers: [] }), ['spec.workerSpec.containers']],
  [
    'a worker has one container',
    worker({ containers: [{ name: 'a' }, { name: 'b' }] }),
    ['spec.workerSpec.containers'],
  ],
  ['pipelines from one on', worker({ pipelineParallelSize: 0 }), ['spec.workerSpec.pipelineParallelSize']],
  ['tensors from one on', worker({ tensorParallelSize: -1 }), ['spec.workerSpec.tensorParallelSize']],
  [
    'sizes are not set as variables',
    { containers: [{ ...container, env: [{ name: 'PIPELINE_PARALLEL_SIZE', value: '2' }] }], ...worker({}) },
    ['spec.containers[0].env[0].name'],
  ],
  [
    'which is fine on one node',
    { containers: [{ ...container, env: [{ name: 'PIPELINE_PARALLEL_SIZE', value: '2' }] }] },
    [],
  ],
  ['a known GPU', { containers: [{ ...container, resources: gpu('amd.com/gpu') }], ...worker({}) }, []],
  [
    'an unknown GPU',
    { containers: [{ ...container, resources: gpu('acme.com/gpu') }], ...worker({}) },
    ['spec.containers[0].resources.limits[acme.com/gpu]'],
  ],
  [
    'a GPU that an annotation names',
    {
      annotations: { 'serving.kserve.io/gpu-resource-types': '["acme.com/gpu"]' },
      containers: [{ ...container, resources: gpu('acme.com/gpu') }],
      ...worker({}),
    },
    [],
  ],
  [
    'an annotation that is no list',
    { annotations: { 'serving.kserve.io/gpu-resource-types': 'acme.com/gpu' }, ...worker({}) },
    ['spec.annotations[serving.kserve.io/gpu-resource-types]'],
  ],
  [
    'no foreign code',
    { containers: [{ ...container, env: [{ name: 'PYTHONPATH', value: '/tmp' }] }] },
    ['spec.containers[0].env[0].name'],
  ],
  ['a disabled runtime may be unfinished', { disabled: true, ...worker({ tensorParallelSize: 0 }) }, []],
];
for (const [rule, spec, expected] of cases) {
  test(rule, () => {
    const errors = validateServingRuntime(runtime('a', spec));
    assert.deepEqual(
      errors.map(({ path }) => path),
      expected,
    );
  });
}

test('workers stay, as services may run by them', () => {
  const old = runtime('a', worker({}));
  assert.equal(validateServingRuntime(runtime('a', {}), old)[0]?.path, 'spec.workerSpec');
  assert.deepEqual(validateServingRuntime(runtime('a', worker({ tensorParallelSize: 2 })), old), []);
});
