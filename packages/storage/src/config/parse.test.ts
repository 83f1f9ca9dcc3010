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
