import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServingRuntime, type ServingRuntimeSpec, validatePrioritiesAmong } from './index.ts';

const format = { name: 'xgboost', version: '1', autoSelect: true, priority: 1 };
const runtime = (name: string, spec: Partial<ServingRuntimeSpec> = {}): ServingRuntime => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ServingRuntime',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'kserve-container', image: 'serval/model-server:0.1.0' }],
    protocolVersions: ['v1', 'v2'],
    supportedModelFormats: [format],
    ...spec,
  },
});
const conflict = 'spec.supportedModelFormats[0].priority';

const cases: [rule: string, mine: ServingRuntime, rival: ServingRuntime, expected: string[]][] = [
  ['one format, protocol and priority', runtime('a'), runtime('b'), [conflict]],
  ['one protocol of several', runtime('a'), runtime('b', { protocolVersions: ['v2'] }), [conflict]],
  [
    'formats in any case',
    runtime('a'),
    runtime('b', { supportedModelFormats: [{ ...format, name: 'XGBoost' }] }),
    [conflict],
  ],
  ['another version', runtime('a'), runtime('b', { supportedModelFormats: [{ ...format, version: '2' }] }), []],
  ['another priority', runtime('a'), runtime('b', { supportedModelFormats: [{ ...format, priority: 2 }] }), []],
  [
    'no automatic choice',
    runtime('a'),
    runtime('b', { supportedModelFormats: [{ ...format, autoSelect: false }] }),
    [],
  ],
  ['another protocol', runtime('a'), runtime('b', { protocolVersions: ['grpc-v2'] }), []],
  ['protocols are not told', runtime('a'), runtime('b', { protocolVersions: [] }), []],
  ['a disabled rival', runtime('a'), runtime('b', { disabled: true }), []],
  ['a disabled runtime', runtime('a', { disabled: true }), runtime('b'), []],
  ['one for many models', runtime('a'), runtime('b', { multiModel: true }), []],
  ['itself', runtime('a'), runtime('a'), []],
];
for (const [rule, mine, rival, expected] of cases) {
  test(rule, () => {
    const errors = validatePrioritiesAmong(mine, [rival]);
    assert.deepEqual(
      errors.map(({ path }) => path),
      expected,
    );
  });
}

test('a conflict that is there already holds nobody up', () => {
  const changed = runtime('a', { replicas: 2 });
  assert.deepEqual(validatePrioritiesAmong(changed, [runtime('b')], runtime('a')), []);
  assert.equal(validatePrioritiesAmong(changed, [runtime('b')], runtime('a', { disabled: true })).length, 1);
});
