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

test('two runtimes do not share format, protocol and priority', () => {
  const mine = runtime('a', { supportedModelFormats: xgboost(1) });
  const rival = (spec: Partial<ServingRuntimeSpec>) => [runtime('b', { supportedModelFormats: xgboost(1), ...spec })];
  assert.equal(validateServingRuntime(mine, rival({}))[0]?.path, 'spec.supportedModelFormats[0].priority');
  assert.deepEqual(validateServingRuntime(mine, rival({ disabled: true })), []);
  assert.deepEqual(validateServingRuntime(mine, rival({ protocolVersions: ['v2'] })), []);
  assert.deepEqual(validateServingRuntime(mine, [mine]), []);
});
