import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PersistentVolume } from '@serval/kube/objects';
import { temporaryDirectory } from '../testing.ts';
import { removeClaimDirectory } from './claim-cleanup.ts';

const volume = (name: string, driver: string, policy = 'Delete'): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: { csi: { driver }, persistentVolumeReclaimPolicy: policy, claimRef: { namespace: 'ns', name } },
});

test('the directory of a claim goes with its volume, and only then', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const name of ['gone', 'back', 'kept', 'other']) await mkdir(join(directory, 'ns', name), { recursive: true });
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {}, spec: {} };
  const source = { claim: async (_: string, name: string) => (name === 'back' ? claim : undefined) };
  const own = 'node.platform.serval.dev';
  assert.equal(await removeClaimDirectory(directory, volume('gone', own), source), true);
  assert.equal(await removeClaimDirectory(directory, volume('back', own), source), false);
  assert.equal(await removeClaimDirectory(directory, volume('kept', own, 'Retain'), source), false);
  assert.equal(await removeClaimDirectory(directory, volume('other', 'somebody.else'), source), false);
  assert.equal(await removeClaimDirectory(directory, volume('..', own), source), false);
  assert.deepEqual((await readdir(join(directory, 'ns'))).sort(), ['back', 'kept', 'other']);
});
