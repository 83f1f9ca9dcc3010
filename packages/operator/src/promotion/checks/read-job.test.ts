import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceService } from '@serval/api';
import { defaultServingConfig } from '../../config/serving-config.ts';
import { storageRequestOf } from '../../credentials/storage-request.ts';
import { renderReadJob } from './read-job.ts';

const promotion = { namespace: 'team', name: 'scorer-1', uid: 'u' };

function job(predictor: object, metadata: object = {}, of = promotion) {
  const service = { metadata: { namespace: 'prod', name: 'scorer', ...metadata }, spec: { predictor } };
  return renderReadJob({ service: service as unknown as InferenceService, promotion: of }, defaultServingConfig);
}

test('its Pod asks for the model as the Pods of the service would', () => {
  const model = { modelFormat: { name: 'x' }, storage: { key: 'minio', path: 'm', parameters: { type: 's3' } } };
  const annotations = {
    'serving.kserve.io/storageSecretName': 'own',
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
  };
  const made = job({ model, serviceAccountName: 'reader' }, { annotations });
  const request = made && storageRequestOf(made.spec.template, 'prod');
  assert.equal(request?.serviceAccountName, 'reader');
  assert.deepEqual(request?.entry, { key: 'minio', parameters: { type: 's3' } });
  assert.equal(request?.annotations['serving.kserve.io/storageSecretName'], 'own');
  assert.equal(request?.annotations['kubectl.kubernetes.io/last-applied-configuration'], undefined);
});

test('it is found again by its content, for one Promotion alone, and ends whatever happens', () => {
  const predictor = { model: { modelFormat: { name: 'x' }, storageUri: 's3://b/m' } };
  const [one, again] = [job(predictor), job(predictor)];
  assert.equal(one?.metadata.name, again?.metadata.name);
  assert.notEqual(one?.metadata.name, job(predictor, {}, { ...promotion, uid: 'v' })?.metadata.name);
  assert.notEqual(one?.metadata.name, job({ ...predictor, serviceAccountName: 'x' })?.metadata.name);
  assert.ok((one?.metadata.name ?? '').length <= 63);
  assert.equal(one?.spec.backoffLimit, 0);
  assert.ok(one?.spec.activeDeadlineSeconds && one.spec.ttlSecondsAfterFinished);
});

test('its containers are let into any namespace, or are as the service says', () => {
  const contextOf = (predictor: object) => job(predictor)?.spec.template.spec.containers[0]?.securityContext;
  const model = { modelFormat: { name: 'x' }, storageUri: 's3://b/m' };
  assert.deepEqual(contextOf({ model }), {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.deepEqual(contextOf({ model: { ...model, securityContext: { runAsUser: 7 } } }), { runAsUser: 7 });
});

for (const [title, predictor, isMade] of [
  ['no model', { containers: [{ name: 'kserve-container', image: 'i' }] }, false],
  ['an image as a model', { model: { modelFormat: { name: 'x' }, storageUri: 'oci://r/m:1' } }, false],
  ['a claim', { model: { modelFormat: { name: 'x' }, storageUri: 'pvc://c/m' } }, false],
  [
    'a model that a server of its own names',
    { containers: [{ name: 'c', image: 'i', env: [{ name: 'STORAGE_URI', value: 's3://b/m' }] }] },
    true,
  ],
] as const) {
  test(`${title}: ${isMade ? 'is looked at' : 'nothing is to be looked at'}`, () => {
    assert.equal(job(predictor) !== undefined, isMade);
  });
}
