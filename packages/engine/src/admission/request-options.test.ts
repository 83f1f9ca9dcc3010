import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@serval/kube/objects';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

test('webhooks are told the options of the operation, which for a patch are not those of the request', async (t) => {
  const seen: unknown[] = [];
  const { ok } = await startTestEngine(t, {
    callService: async (_service, body) => {
      const { uid = '', operation = '', options = {} } = body['request'] as JsonObject;
      seen.push([operation, options]);
      return { response: { uid, allowed: true } };
    },
  });
  await ok('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'spy' },
    webhooks: [
      {
        name: 'spy.test.io',
        clientConfig: { service: { namespace: 'default', name: 'spy' } },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
      },
    ],
  });
  const apply = { 'content-type': 'application/apply-patch+yaml' };
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } };
  const query = (validation: string) => `fieldManager=me&fieldValidation=${validation}`;
  await ok('POST', `${configMaps}?${query('Strict')}&dryRun=All`, { metadata: { name: 'a' } });
  await ok('POST', `${configMaps}?fieldManager=me`, { metadata: { name: 'a' } });
  await ok('PUT', `${configMaps}/a?${query('Ignore')}`, { metadata: { name: 'a' }, data: { a: '1' } });
  await ok('PATCH', `${configMaps}/a?${query('Strict')}`, { data: { a: '2' } });
  await ok('PATCH', `${configMaps}/b?${query('Strict')}`, applied, apply);
  await ok('PATCH', `${configMaps}/b?${query('Warn')}`, { ...applied, data: { a: '3' } }, apply);
  await ok('DELETE', `${configMaps}/b`);

  const options = (kind: string, fieldValidation: string, more: object = {}) => ({
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...more,
    fieldManager: 'me',
    fieldValidation,
  });
  assert.deepEqual(seen, [
    ['CREATE', options('CreateOptions', 'Strict', { dryRun: ['All'] })],
    ['CREATE', options('CreateOptions', 'Warn')],
    ['UPDATE', options('UpdateOptions', 'Ignore')],
    ['UPDATE', options('UpdateOptions', 'Strict')],
    ['CREATE', options('CreateOptions', 'Strict')],
    ['UPDATE', options('UpdateOptions', 'Warn')],
    ['DELETE', { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' }],
  ]);
});
