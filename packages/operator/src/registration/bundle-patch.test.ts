import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { webhookConfigurations } from '../declarations/webhooks.ts';
import { bundlePatch } from './bundle-patch.ts';

const service = { namespace: 'serval-system', name: 'serval-webhook' };
const base64 = Buffer.from('PEM').toString('base64');

test('every webhook behind our Service gets the bundle, and none twice', () => {
  for (const configuration of webhookConfigurations({ service })) {
    assert.equal(bundlePatch(configuration, service, 'PEM').length, 3 * configuration.webhooks.length);
  }
  for (const configuration of webhookConfigurations({ service, caBundle: base64 })) {
    assert.deepEqual(bundlePatch(configuration, service, 'PEM'), []);
  }
});

test('webhooks that lead elsewhere are left alone', () => {
  const elsewhere = [
    webhookConfigurations({ service: { namespace: 'other' } }),
    webhookConfigurations({ service: { ...service, name: 'other' } }),
    webhookConfigurations({ url: 'https://127.0.0.1:1', caBundle: '' }),
  ].flat();
  for (const configuration of elsewhere) assert.deepEqual(bundlePatch(configuration, service, 'PEM'), []);
});

test('a definition that is converted gets it too', () => {
  const definition = (conversion: object) =>
    ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {},
      spec: { conversion },
    }) as KubeObject;
  const clientConfig = { service: { ...service, path: '/convert', port: 443 } };
  assert.deepEqual(bundlePatch(definition({ strategy: 'Webhook', webhook: { clientConfig } }), service, 'PEM'), [
    { op: 'test', path: '/spec/conversion/webhook/clientConfig/service/name', value: 'serval-webhook' },
    { op: 'test', path: '/spec/conversion/webhook/clientConfig/service/path', value: '/convert' },
    { op: 'add', path: '/spec/conversion/webhook/clientConfig/caBundle', value: base64 },
  ]);
  assert.deepEqual(bundlePatch(definition({ strategy: 'None' }), service, 'PEM'), []);
});
