import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService } from '@serval/api';
import type { ConfigMap } from '@serval/kube/objects';
import { globalBundleLabel } from '../names.ts';
import type { BundleState } from './bundle-state.ts';
import { needsGlobalBundle } from './needs-bundle.ts';
import { planCopy } from './plan-copy.ts';

const ready: BundleState = { state: 'ready', pem: 'PEM', chain: [] };
const copy = (
  data: Record<string, string>,
  labels: Record<string, string> = { [globalBundleLabel]: 'true' },
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'a', name: 'global-ca-bundle', labels },
  data,
});
const whole = copy({ 'cabundle.crt': 'PEM' });

for (const [what, isNeeded, live, bundle, action] of [
  ['is made where a service needs it', true, undefined, ready, 'create'],
  ['that is right is left alone', true, whole, ready, 'nothing'],
  ['that is stale is written', true, copy({ 'cabundle.crt': 'old' }), ready, 'patch'],
  ['gets rid of what others added', true, copy({ 'cabundle.crt': 'PEM', more: 'x' }), ready, 'patch'],
  ['goes with the last service', false, whole, ready, 'delete'],
  ['goes when no bundle is configured', true, whole, { state: 'off' }, 'delete'],
  ['is not made where nobody needs it', false, undefined, ready, 'nothing'],
  ['of somebody else stays', false, copy({}, {}), ready, 'nothing'],
  ['of somebody else is not overwritten', true, copy({ 'cabundle.crt': 'other' }, {}), ready, 'taken'],
  ['of somebody else that says the same serves', true, copy({ 'cabundle.crt': 'PEM' }, {}), ready, 'nothing'],
  ['stays while the bundle has not been read', false, whole, { state: 'unknown' }, 'nothing'],
  ['stays while the bundle is broken', true, whole, { state: 'broken', problem: 'x', chain: [] }, 'nothing'],
  ['is of the last good bundle', true, undefined, { state: 'broken', problem: 'x', pem: 'PEM', chain: [] }, 'create'],
] as [string, boolean, ConfigMap | undefined, BundleState, string][]) {
  test(`a copy ${what}`, () => assert.equal(planCopy('a', isNeeded, live, bundle).action, action));
}

const service = (predictor: object, annotations: Record<string, string> = {}): InferenceService => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris', annotations },
  spec: { predictor } as InferenceService['spec'],
});
const model = (fields: object) => ({ model: { modelFormat: { name: 'xgboost' }, ...fields } });

for (const [what, object, needs] of [
  ['a URI', service(model({ storageUri: 's3://m/iris' })), true],
  ['a storage specification', service(model({ storage: { path: 'iris' } })), true],
  ['several URIs', service({ storageUris: [{ uri: 'pvc://a/b' }, { uri: 'https://a/b' }] }), true],
  [
    'a custom predictor with a URI',
    service({ containers: [{ name: 'x', env: [{ name: 'STORAGE_URI', value: 'gs://b' }] }] }),
    true,
  ],
  ['a claim', service(model({ storageUri: 'pvc://claim/iris' })), false],
  ['nothing', service({ containers: [{ name: 'x', image: 'y' }] }), false],
  ['a stopped service', service(model({ storageUri: 's3://m/iris' }), { 'serving.kserve.io/stop': 'true' }), false],
] as [string, InferenceService, boolean][]) {
  test(`${what} ${needs ? 'needs' : 'does not need'} the platform's certificates`, () => {
    assert.equal(needsGlobalBundle(object), needs);
  });
}
