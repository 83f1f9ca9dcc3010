import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAuthority } from '../test-support/authority.ts';
import { parseStorageConfig } from './parse.ts';

const now = new Date();

test('one certificate in every form of an s3 entry', async () => {
  const { pem } = await startAuthority('one');
  const entry = { type: 's3', endpoint_url: 'https://minio', default_bucket: 'models', team: { kept: true } };
  const texts = {
    inline: JSON.stringify({ ...entry, certificate: pem }),
    configMap: JSON.stringify({ ...entry, cabundle_configmap: 'minio-ca' }),
    path: JSON.stringify({ ...entry, ca_bundle: '/etc/ca.crt' }),
  };
  const configMaps = (name: string) => (name === 'minio-ca' ? pem : undefined);
  const config = parseStorageConfig(texts, { now, configMaps });
  assert.deepEqual(
    config.entries.flatMap(({ problems }) => problems),
    [],
  );
  const [inline, configMap, path] = config.entries.map(({ certificates }) => certificates[0]);
  assert.equal(inline?.source, 'inline');
  assert.equal(configMap?.source, 'configMap');
  assert.equal(configMap?.reference, 'minio-ca');
  assert.equal(inline?.chain[0]?.fingerprint, configMap?.chain[0]?.fingerprint);
  assert.deepEqual(path, {
    source: 'path',
    field: 'ca_bundle',
    deprecated: false,
    reference: '/etc/ca.crt',
    chain: [],
  });
  assert.deepEqual(config.entries[0]?.fields['team'], { kept: true });
});

test('values that are no texts, headers as lists, halves that are missing, unknown fields', () => {
  const codesOf = (fields: object) =>
    parseStorageConfig({ models: JSON.stringify(fields) }, { now }).entries[0]!.problems.map(
      ({ code, severity, field }) => `${severity} ${code} ${field}`,
    );
  assert.deepEqual(codesOf({ type: 's3', verify_ssl: false, anonymous: 1, region: null, extra: [1] }), [
    'warning WrongValue region',
    'warning WrongValue verify_ssl',
    'warning WrongValue anonymous',
  ]);
  assert.deepEqual(codesOf({ type: 's3', bucket: ['a'], certificate: {} }), [
    'error WrongValue bucket',
    'error WrongValue certificate',
  ]);
  assert.deepEqual(codesOf({ type: 'http', url: 'http://x', headers: { a: 'b', c: ['d', 'e'] } }), []);
  assert.deepEqual(codesOf({ type: 'http', url: 'http://x', headers: '{"a": "b"}' }), []);
  assert.deepEqual(codesOf({ type: 'https', headers: { a: 1 } }), ['error WrongValue headers']);
  assert.deepEqual(codesOf({ type: 'azure', client_id: 'x', tenant_id: 'y' }), ['warning MissingField client_secret']);
  assert.deepEqual(codesOf({ type: 'gs', bucket: 'x' }), []);
  assert.deepEqual(codesOf({ type: 'pvc' }), ['warning MissingField name']);
});

test('annotations of a service account are an entry of their own', async () => {
  const { pem } = await startAuthority('annotated');
  const annotations = {
    'serving.kserve.io/s3-endpoint': 'minio:9000',
    'serving.kserve.io/s3-usehttps': '0',
    'serving.kserve.io/s3-cabundle-configmap': 'minio-ca',
    'serving.kserve.io/s3-cabundle': 'neither one',
    other: 'x',
  };
  const configMaps = (name: string) => (name === 'minio-ca' ? pem : undefined);
  const { annotated } = parseStorageConfig({}, { now, annotations, configMaps });
  assert.equal(annotated?.fields['endpoint_url'], 'http://minio:9000');
  assert.deepEqual(
    annotated.certificates.map(({ source, field, chain }) => [source, field, chain[0]?.subject]),
    [['configMap', 'serving.kserve.io/s3-cabundle-configmap', 'CN=annotated']],
  );
  assert.match(annotated.problems[0]!.message, /^annotation serving\.kserve\.io\/s3-cabundle is neither/);
  assert.equal(parseStorageConfig({}, { now, annotations: { other: 'x' } }).annotated, undefined);
});
