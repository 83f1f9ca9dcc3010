import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '@serval/kube/objects';
import { servingConfigMap } from '../declarations/config-map.ts';
import { ConfigError, parseServingConfig } from './parse-config.ts';
import { defaultServingConfig } from './serving-config.ts';

const configMap = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'inferenceservice-config' },
  data,
});

test('without a ConfigMap everything has its default', () => {
  assert.deepEqual(parseServingConfig(undefined), defaultServingConfig);
});

test('the ConfigMap of an installation says what the defaults say', () => {
  const written = servingConfigMap({ namespace: 'serval-system', gateway: 'serval-system/serval-gateway' });
  assert.deepEqual(parseServingConfig(written), defaultServingConfig);
});

test('written values take the place of defaults, key by key', () => {
  const config = parseServingConfig(
    configMap({ ingress: '{"ingressDomain": "example.com"}', credentials: '{"s3": {"s3Endpoint": "minio:9000"}}' }),
  );
  assert.equal(config.ingress.ingressDomain, 'example.com');
  assert.equal(config.ingress.urlScheme, 'http');
  assert.equal(config.credentials.s3.s3Endpoint, 'minio:9000');
  assert.equal(config.credentials.s3.s3AccessKeyIDName, 'AWS_ACCESS_KEY_ID');
});

test("storage credentials have upstream's names, and a bundle that is not named is none", () => {
  const config = parseServingConfig(
    configMap({
      credentials: '{"certificateFields": "Warn", "storageSpecSecretName": "stores"}',
      storageInitializer: '{"caBundleConfigMapName": "", "caBundleVolumeMountPath": ""}',
    }),
  );
  assert.equal(config.credentials.certificateFields, 'Warn');
  assert.equal(config.credentials.storageSpecSecretName, 'stores');
  assert.equal(config.credentials.storageSecretNameAnnotation, 'serving.kserve.io/storageSecretName');
});

test('a Gateway without a namespace is in that of the ConfigMap', () => {
  const written = servingConfigMap({ namespace: 'elsewhere', gateway: 'gw' });
  assert.equal(parseServingConfig(written).ingress.kserveIngressGateway, 'elsewhere/gw');
});

test('sections and keys of other releases are left alone', () => {
  parseServingConfig(configMap({ router: 'not json', ingress: '{"enableLLMInferenceServiceTLS": false}' }));
});

for (const [what, data, message] of [
  ['no JSON', { ingress: '{' }, /ingress must be JSON/],
  ['no object', { deploy: '[]' }, /deploy must be a JSON object/],
  [
    'another type',
    { ingress: '{"disableIngressCreation": "yes"}' },
    /ingress\.disableIngressCreation must be true or false, got "yes"/,
  ],
  [
    'a Gateway without a name',
    { ingress: '{"kserveIngressGateway": "edge/"}' },
    /NAMESPACE\/NAME or NAME of a Gateway, got "edge\/"/,
  ],
  ['an unknown scheme', { ingress: '{"urlScheme": "ftp"}' }, /urlScheme must be http or https/],
  [
    'an unknown field in a template',
    { ingress: '{"domainTemplate": "{{ .Host }}"}' },
    /domainTemplate: cannot evaluate \{\{ \.Host \}\}/,
  ],
  [
    'an unknown stage',
    { credentials: '{"certificateFields": "strict"}' },
    /credentials\.certificateFields must be Dual, Warn, Strict, got "strict"/,
  ],
  [
    'a Secret that can have no such name',
    { credentials: '{"storageSpecSecretName": "Storage_Config"}' },
    /credentials\.storageSpecSecretName must be a Secret's name/,
  ],
  [
    'a bundle in no place',
    { storageInitializer: '{"caBundleVolumeMountPath": "etc/ssl"}' },
    /storageInitializer\.caBundleVolumeMountPath must be an absolute path/,
  ],
] as const) {
  test(`${what} is an error that names the key`, () => {
    assert.throws(
      () => parseServingConfig(configMap(data as Record<string, string>)),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}
