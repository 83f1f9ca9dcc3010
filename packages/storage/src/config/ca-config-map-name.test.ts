import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caConfigMapName } from './ca-config-map-name.ts';
import { certificateFormOf } from './certificate-form.ts';

test('a name says Secret and key where it can', () => {
  assert.equal(caConfigMapName('storage-config', 'minio'), 'storage-config-minio-ca');
});

test('every key has a name of its own that a ConfigMap can have, and always the same', () => {
  const keys = [
    'minio',
    'MinIO',
    'default_s3',
    'default-s3',
    'default.s3',
    '_',
    '-',
    '...',
    'a'.repeat(253),
    `${'a'.repeat(252)}b`,
  ];
  const names = keys.map((key) => caConfigMapName('storage-config', key));
  assert.equal(new Set(names).size, keys.length);
  for (const name of names) {
    assert.equal(certificateFormOf(name), 'configMap', name);
    assert.ok(name.length <= 63);
  }
  assert.deepEqual(
    keys.map((key) => caConfigMapName('storage-config', key)),
    names,
  );
  assert.ok(caConfigMapName('s'.repeat(253), 'a').length <= 63);
});
