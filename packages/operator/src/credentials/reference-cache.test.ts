import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, silentLog } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import { type Reference, referenceId } from './lookup.ts';
import { ReferenceRefused } from './read-reference.ts';
import { createReferenceCache } from './reference-cache.ts';

const secret: Reference = { kind: 'Secret', namespace: 'team', name: 'store' };
const account: Reference = { kind: 'ServiceAccount', namespace: 'team', name: 'default' };

function startCache(t: { after(end: () => void): void }, limit?: number) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const objects = new Map<string, KubeObject>();
  const reads: string[] = [];
  const counts = { kept: 0, read: 0, reread: 0 };
  let now = 0;
  let tick = () => {};
  let failure: Error | undefined;
  const clock: Clock = {
    now: () => now,
    after: (_, callback) => {
      tick = callback;
      return () => {};
    },
  };
  const cache = createReferenceCache({
    read: async (reference) => {
      reads.push(referenceId(reference));
      if (failure) throw failure;
      return objects.get(referenceId(reference));
    },
    clock,
    log: silentLog,
    signal: stop.signal,
    count: (outcome) => {
      counts[outcome] += 1;
    },
    ...(limit === undefined ? {} : { limit }),
  });
  const changes: string[] = [];
  cache.onChange((reference) => changes.push(referenceId(reference)));
  return {
    cache,
    reads,
    counts,
    changes,
    put: (reference: Reference, resourceVersion: string, uid = 'u') =>
      objects.set(referenceId(reference), {
        apiVersion: 'v1',
        kind: reference.kind,
        metadata: { uid, resourceVersion },
      }),
    failWith: (error: Error | undefined) => {
      failure = error;
    },
    async advance(ms: number) {
      now += ms;
      tick();
      // The round of reads, and the loop that asks for the next tick.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const { signal } = new AbortController();

test('what is kept is not read again before its time, and a missing Secret sooner than a missing account', async (t) => {
  const { cache, reads, counts, advance } = startCache(t);
  for (let times = 0; times < 3; times++) {
    await cache.read(secret, signal);
    await cache.read(account, signal);
  }
  assert.equal(reads.length, 2);
  await advance(4_000);
  assert.equal(reads.length, 2);
  await advance(1_000);
  assert.deepEqual(reads.slice(2), ['Secret/team/store']);
  await advance(55_000);
  assert.deepEqual(reads.slice(3).sort(), ['Secret/team/store', 'ServiceAccount/team/default']);
  assert.deepEqual(counts, { kept: 4, read: 2, reread: 3 });
  assert.equal(cache.size(), 2);
});

test('a change is told once, and the same object again is none', async (t) => {
  const { cache, changes, put, advance } = startCache(t);
  assert.equal(await cache.read(secret, signal), undefined);
  put(secret, '1');
  await advance(5_000);
  assert.deepEqual(changes, ['Secret/team/store']);
  assert.equal((await cache.read(secret, signal))?.metadata.resourceVersion, '1');
  await advance(60_000);
  assert.equal(changes.length, 1);
  put(secret, '2');
  cache.changed(secret);
  await advance(0);
  assert.equal(changes.length, 2);
});

test('it keeps no more than its limit, and forgets what nobody asks for', async (t) => {
  const { cache, reads, advance } = startCache(t, 1);
  await cache.read(secret, signal);
  await cache.read(account, signal);
  await cache.read(secret, signal);
  assert.equal(reads.length, 3);
  await advance(25 * 3_600_000);
  assert.equal(reads.length, 3, 'what is forgotten is not read again');
});

test('what may not be read any more is not used as it was, and what cannot be read for the moment is', async (t) => {
  const { cache, changes, put, failWith, advance, reads } = startCache(t);
  put(secret, '1');
  await cache.read(secret, signal);
  failWith(new Error('connection refused'));
  await advance(60_000);
  assert.equal((await cache.read(secret, signal))?.metadata.resourceVersion, '1');
  failWith(new ReferenceRefused('no'));
  await advance(60_000);
  await assert.rejects(cache.read(secret, signal), ReferenceRefused);
  assert.deepEqual(changes, ['Secret/team/store']);
  const before = reads.length;
  await assert.rejects(cache.read(secret, signal), ReferenceRefused);
  assert.equal(reads.length, before, 'a refusal is kept, too');
  failWith(undefined);
  await advance(5_000);
  assert.equal((await cache.read(secret, signal))?.metadata.resourceVersion, '1');
  assert.equal(changes.length, 2);
});

test('a Secret of the same version and another UID is another one', async (t) => {
  const { cache, changes, put, advance } = startCache(t);
  put(secret, '1');
  await cache.read(secret, signal);
  put(secret, '1', 'another');
  await advance(60_000);
  assert.deepEqual(changes, ['Secret/team/store']);
  assert.equal((await cache.read(secret, signal))?.metadata.uid, 'another');
});
