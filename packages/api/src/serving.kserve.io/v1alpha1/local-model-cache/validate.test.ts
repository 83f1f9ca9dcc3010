import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalModelNodeGroup } from '../local-model-node-group/index.ts';
import { type LocalModelCache, validateLocalModelCache } from './index.ts';

const cache = (spec: object = {}, name = 'llama'): LocalModelCache => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'LocalModelCache',
  metadata: { name },
  spec: { sourceModelUri: 'hf://meta/llama', modelSize: '10Gi', nodeGroups: ['gpu'], ...spec },
});
const group = (name: string, storageLimit: string): LocalModelNodeGroup => ({
  apiVersion: 'serving.kserve.io/v1alpha1',
  kind: 'LocalModelNodeGroup',
  metadata: { name },
  spec: { storageLimit, persistentVolumeSpec: {}, persistentVolumeClaimSpec: {} },
});
const paths = (...args: Parameters<typeof validateLocalModelCache>) =>
  validateLocalModelCache(...args).map(({ path }) => path);

test('a cache on its own', () => {
  assert.deepEqual(paths(cache()), []);
  assert.deepEqual(paths(cache({ sourceModelUri: 'file:///models/a' })), []);
  assert.deepEqual(paths(cache({ sourceModelUri: 'llama', modelSize: 0, nodeGroups: [''] })), [
    'spec.sourceModelUri',
    'spec.modelSize',
    'spec.nodeGroups[0]',
  ]);
});

test('the source stays', () => {
  assert.deepEqual(paths(cache({ sourceModelUri: 'hf://meta/other' }), cache()), ['spec.sourceModelUri']);
  assert.deepEqual(paths(cache({ modelSize: '11Gi' }), cache()), []);
});

test('against other objects', () => {
  const nodeGroups = [group('gpu', '5Gi'), group('big', '1Ti')];
  assert.deepEqual(paths(cache({ nodeGroups: ['gpu', 'none', 'big'] }), undefined, { nodeGroups }), [
    'spec.modelSize',
    'spec.nodeGroups[1]',
  ]);
  assert.deepEqual(paths(cache(), undefined, { caches: [cache(), cache({}, 'twin')] }), ['spec.sourceModelUri']);
  assert.deepEqual(paths(cache(), undefined, { caches: [cache()] }), []);
});

test('caches of any shape are answered', () => {
  for (const spec of [null, 'x', { sourceModelUri: 3, modelSize: 'big', nodeGroups: 'all' }, { nodeGroups: [null] }]) {
    paths({ ...cache(), spec: spec as never }, cache(), { nodeGroups: [] });
  }
});
