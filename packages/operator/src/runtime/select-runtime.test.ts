import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterServingRuntime, ModelSpec, ServingRuntimeSpec } from '@serval/api';
import { RuntimeSelectionError, selectRuntime } from './select-runtime.ts';

const xgboost = { name: 'xgboost', version: '1', autoSelect: true };
const runtime = (name: string, spec: Partial<ServingRuntimeSpec> = {}, creationTimestamp = '2026-01-01T00:00:00Z') =>
  ({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    metadata: { name, creationTimestamp },
    spec: { supportedModelFormats: [xgboost], containers: [{ name: 'kserve-container', image: name }], ...spec },
  }) as ClusterServingRuntime;
const model = (more: Partial<ModelSpec> = {}): ModelSpec => ({ modelFormat: { name: 'xgboost' }, ...more });

function chosen(wanted: ModelSpec, namespaced: ClusterServingRuntime[], cluster: ClusterServingRuntime[] = []): string {
  try {
    return selectRuntime(wanted, { namespaced, cluster }).name;
  } catch (error) {
    if (error instanceof RuntimeSelectionError) return error.reason;
    throw error;
  }
}

const cases: [rule: string, expected: string, actual: () => string][] = [
  ['the namespace comes before the cluster', 'mine', () => chosen(model(), [runtime('mine')], [runtime('all')])],
  [
    'the cluster serves where the namespace cannot',
    'all',
    () => chosen(model(), [runtime('mine', { disabled: true })], [runtime('all')]),
  ],
  [
    'the highest priority wins, and any priority over none',
    'c',
    () =>
      chosen(model(), [
        runtime('a'),
        runtime('b', { supportedModelFormats: [{ ...xgboost, priority: 1 }] }),
        runtime('c', { supportedModelFormats: [{ ...xgboost, priority: 2 }] }),
      ]),
  ],
  ['the newest wins', 'b', () => chosen(model(), [runtime('a'), runtime('b', {}, '2026-02-01T00:00:00Z')])],
  ['then the name', 'a', () => chosen(model(), [runtime('b'), runtime('a')])],
  [
    'the older protocol wins over age',
    'v1',
    () =>
      chosen(model({ protocolVersion: 'v2' }), [
        runtime('v1', { protocolVersions: ['v2', 'v1'] }),
        runtime('v2', { protocolVersions: ['v2'] }, '2026-02-01T00:00:00Z'),
      ]),
  ],
  ['no protocol means v1', 'NoSupportingRuntime', () => chosen(model(), [runtime('a', { protocolVersions: ['v2'] })])],
  [
    'who names no protocol speaks them all, and comes last',
    'a',
    () => chosen(model({ protocolVersion: 'v2' }), [runtime('0'), runtime('a', { protocolVersions: ['v2'] })]),
  ],
  ['even alone', 'a', () => chosen(model({ protocolVersion: 'v2' }), [runtime('a')])],
  [
    'a protocol must be spoken',
    'a',
    () =>
      chosen(model({ protocolVersion: 'v2' }), [
        runtime('a', { protocolVersions: ['v2'] }),
        runtime('b', { protocolVersions: ['v1'] }),
      ]),
  ],
  [
    'a version must be listed',
    'NoSupportingRuntime',
    () => chosen(model({ modelFormat: { name: 'xgboost', version: '2' } }), [runtime('a')]),
  ],
  [
    'without autoSelect a runtime must be named',
    'NoSupportingRuntime',
    () => chosen(model(), [runtime('a', { supportedModelFormats: [{ name: 'xgboost' }] })]),
  ],
  [
    'and named, it serves',
    'a',
    () => chosen(model({ runtime: 'a' }), [runtime('a', { supportedModelFormats: [{ name: 'xgboost' }] })]),
  ],
  [
    'runtimes of many models are not chosen',
    'NoSupportingRuntime',
    () => chosen(model(), [runtime('a', { multiModel: true })]),
  ],
  ['a named runtime must be there', 'RuntimeNotRecognized', () => chosen(model({ runtime: 'x' }), [runtime('a')])],
  ['and not disabled', 'RuntimeDisabled', () => chosen(model({ runtime: 'a' }), [runtime('a', { disabled: true })])],
  [
    'and serve the format',
    'NoSupportingRuntime',
    () => chosen(model({ runtime: 'a', modelFormat: { name: 'onnx' } }), [runtime('a')]),
  ],
  [
    'and speak the protocol',
    'NoSupportingRuntime',
    () => chosen(model({ runtime: 'a', protocolVersion: 'v2' }), [runtime('a', { protocolVersions: ['v1'] })]),
  ],
  [
    'a named runtime of the namespace hides the cluster one',
    'RuntimeDisabled',
    () => chosen(model({ runtime: 'a' }), [runtime('a', { disabled: true })], [runtime('a')]),
  ],
];
for (const [rule, expected, actual] of cases) test(rule, () => assert.equal(actual(), expected));

test('the protocol is the service’s, or the oldest of the runtime', () => {
  const candidates = { namespaced: [], cluster: [runtime('a', { protocolVersions: ['v2', 'v1'] })] };
  assert.equal(selectRuntime(model(), candidates).protocolVersion, 'v1');
  assert.equal(selectRuntime(model({ protocolVersion: 'v2' }), candidates).protocolVersion, 'v2');
});
