import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '@serval/kube/objects';
import { askingForRevision } from './model-revision.ts';

const pod = (env: { name: string; value: string }[]): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'kserve-container', image: 'i' }],
      initContainers: [
        { name: 'storage-initializer', image: 'i', env },
        { name: 'other', image: 'i' },
      ],
    },
  }) as Pod;

test('the storage initializer alone is asked, and what somebody wrote there stays', () => {
  const asked = askingForRevision(pod([])).spec;
  assert.deepEqual(asked.initContainers, [
    { name: 'storage-initializer', image: 'i', env: [{ name: 'SERVAL_STORAGE_REVISION', value: 'computed' }] },
    { name: 'other', image: 'i' },
  ]);
  assert.deepEqual(asked.containers, pod([]).spec.containers);
  const own = pod([{ name: 'SERVAL_STORAGE_REVISION', value: 'known' }]);
  assert.deepEqual(askingForRevision(own), own);
});

test('a Pod without init containers stays without', () => {
  const { initContainers: _, ...spec } = pod([]).spec;
  assert.deepEqual(askingForRevision({ ...pod([]), spec }).spec, spec);
});
