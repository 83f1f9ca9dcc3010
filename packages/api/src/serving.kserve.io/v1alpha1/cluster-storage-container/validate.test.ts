import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClusterStorageContainer, validateClusterStorageContainer } from './index.ts';

const container = (spec: object): ClusterStorageContainer => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'ClusterStorageContainer',
  metadata: { name: 'fetcher' },
  spec: { container: { name: 'storage-initializer', image: 'me/fetcher:1' }, supportedUriFormats: [], ...spec },
});
const paths = (spec: object) => validateClusterStorageContainer(container(spec)).map(({ path }) => path);

test('prefixes and expressions', () => {
  assert.deepEqual(paths({ supportedUriFormats: [{ prefix: 's3://' }, { regex: '^https://.+\\.tar$' }] }), []);
  assert.deepEqual(paths({ supportedUriFormats: [{}, { regex: '(' }, { regex: '(?=a)' }] }), [
    'spec.supportedUriFormats[0]',
    'spec.supportedUriFormats[1].regex',
    'spec.supportedUriFormats[2].regex',
  ]);
});

test('known workloads', () => {
  assert.deepEqual(paths({ workloadType: 'localModelDownloadJob' }), []);
  assert.deepEqual(paths({ workloadType: 'sidecar' }), ['spec.workloadType']);
});

test('containers of any shape are answered', () => {
  for (const spec of [{ supportedUriFormats: 'x' }, { supportedUriFormats: [null, 3, { regex: 4 }] }]) paths(spec);
  validateClusterStorageContainer({ ...container({}), spec: null as never });
});
