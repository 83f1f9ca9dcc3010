import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuthority } from '@serval/kube/certificates';
import type { ConfigMap, Secret } from '@serval/kube/objects';
import { MAX_ENTRY_BYTES, parseStorageConfig } from '@serval/storage/config';
import { halfSourceAnnotation } from './names.ts';
import { planHalves } from './plan-halves.ts';

const now = new Date('2026-06-01T00:00:00Z');

function planned(text: string, pem: string) {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team', name: 'storage-config', annotations: { [halfSourceAnnotation]: 'configmap/ca' } },
    data: { minio: Buffer.from(text).toString('base64') },
  };
  const ca: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'team', name: 'ca' },
    data: { 'cabundle.crt': pem },
  };
  const config = parseStorageConfig({ minio: text }, { now, configMaps: () => pem });
  return planHalves(secret, config, new Map([['ca', ca]]), now);
}

test('certificates of the leading ConfigMap come into the entry, whose text stays otherwise', async () => {
  const { certificate } = await createAuthority('models', now.getTime());
  const text = '{\n    "type": "s3",\n    "cabundle_configmap": "ca", "other":1.50\n}';
  const { texts, problems } = planned(text, certificate);
  assert.deepEqual(problems, []);
  assert.equal((JSON.parse(texts['minio']!) as { certificate: string }).certificate.trim(), certificate.trim());
  assert.ok(texts['minio']!.startsWith('{\n    "type": "s3",\n    "cabundle_configmap": "ca", "other":1.50'));
});

test('more certificates than fit into the environment of a Pod stay outside, and it is told', async () => {
  const authorities = await Promise.all(
    Array.from({ length: 8 }, (_, index) => createAuthority(`authority-${index}`, now.getTime())),
  );
  // Names are shown in messages and stay short; it is the entry that is large.
  const text = JSON.stringify({ type: 's3', cabundle_configmap: 'ca', note: 'x'.repeat(MAX_ENTRY_BYTES - 2000) });
  const { texts, problems } = planned(text, authorities.map(({ certificate }) => certificate).join(''));
  assert.deepEqual(texts, {});
  assert.match(problems.join(), new RegExp(`key minio would have \\d+ bytes .*at most ${MAX_ENTRY_BYTES}`));
  assert.doesNotMatch(problems.join(), /xxx|BEGIN/);
});
