import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PullContent, readPullSecret } from '../registry/source-secret.ts';
import { pullSecret } from '../registry/testing.ts';
import { createSourceCache } from './source-cache.ts';

const secretOf = (uid: string, resourceVersion: string, keys: readonly string[] = ['ghcr.io']) => {
  const secret = pullSecret('own', keys);
  return { ...secret, metadata: { ...secret.metadata, uid, resourceVersion } };
};

test('what was looked at counts for one UID and version alone', () => {
  const outcomes: string[] = [];
  const cache = createSourceCache<PullContent>({ count: (outcome) => void outcomes.push(outcome) });
  const keysOf = (...args: Parameters<typeof secretOf>) => {
    const source = cache.sourceOf(secretOf(...args), readPullSecret);
    assert.ok(source.state === 'ready');
    return source.auths.map(({ key }) => key);
  };
  assert.deepEqual(keysOf('u', '1'), ['ghcr.io']);
  assert.deepEqual(keysOf('u', '1', ['not looked at']), ['ghcr.io']);
  assert.deepEqual(keysOf('u', '2', ['quay.io']), ['quay.io']);
  assert.deepEqual(keysOf('recreated', '1', ['docker.io']), ['docker.io']);
  assert.deepEqual(outcomes, ['read', 'kept', 'read', 'read']);
});

test('no more is kept than the limit, and what was asked for longest ago goes first', () => {
  const outcomes: string[] = [];
  const cache = createSourceCache<PullContent>({ limit: 2, count: (outcome) => void outcomes.push(outcome) });
  for (const version of ['1', '2', '1', '3', '1', '2']) cache.sourceOf(secretOf('u', version), readPullSecret);
  assert.equal(cache.size(), 2);
  assert.deepEqual(outcomes, ['read', 'read', 'kept', 'read', 'kept', 'read']);
});
