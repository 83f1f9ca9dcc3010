import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Secret } from '@serval/kube/objects';
import { credentialChecksum, type SeenReference } from './credential-checksum.ts';

const key = Buffer.alloc(32, 1);
const secret = (data: Record<string, string>, resourceVersion = '1'): SeenReference => ({
  id: 'Secret/a/storage-config',
  object: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'a', name: 'storage-config', resourceVersion },
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, Buffer.from(text).toString('base64')])),
  } as Secret,
});
const bundle = (pem: string): SeenReference => ({
  id: 'ConfigMap/a/ca',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ca' }, data: { 'cabundle.crt': pem } } as ConfigMap,
});
const entries = { secret: 'storage-config', key: 'minio' };
const of = (...seen: SeenReference[]) => credentialChecksum(seen, { key, entries });

test('content counts, and nothing else does', () => {
  const before = of(secret({ minio: 'one', other: 'x' }), bundle('pem'));
  assert.equal(of(bundle('pem'), secret({ other: 'y', minio: 'one' }, '2')), before);
  assert.notEqual(of(secret({ minio: 'two' }), bundle('pem')), before);
  assert.notEqual(of(secret({ minio: 'one' }), bundle('other')), before);
  assert.notEqual(of({ id: 'Secret/a/storage-config', object: undefined }, bundle('pem')), before);
});

test('without a key for the entry the defaults count', () => {
  const options = { key, entries: { secret: 'storage-config' } };
  const of = (data: Record<string, string>) => credentialChecksum([secret(data)], options);
  assert.equal(of({ default_s3: 'one', minio: 'x' }), of({ default_s3: 'one', minio: 'y' }));
  assert.notEqual(of({ default_s3: 'one' }), of({ default_s3: 'two' }));
});

test('who does not have the key cannot try secrets out', () => {
  const other = credentialChecksum([secret({ minio: 'one' })], { key: Buffer.alloc(32, 2), entries });
  assert.notEqual(of(secret({ minio: 'one' })), other);
});
