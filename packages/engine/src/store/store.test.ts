import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../testing.ts';
import { RevisionCompacted, WriteConflict } from './change.ts';
import { openStore, type Store } from './store.ts';

function object(name: string, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name }, ...fields };
}

test('writes are compared with what is current, within one commit too', async (t) => {
  const store = openStore(await temporaryDirectory(t));
  t.after(() => store.close());
  const write = (expected: string) => store.write({ resource: 'r', key: '/a', expected, object: object('a') });
  const results = await Promise.allSettled([write(''), write(''), write('1')]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.ok((results[1] as PromiseRejectedResult).reason instanceof WriteConflict);
  assert.equal(store.get('r', '/a')?.metadata.resourceVersion, '2');
  assert.equal(store.revision, 2);
});

test('history is kept for a while, then compacted', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = openStore(directory);
  let version = '';
  for (let round = 0; round < 24; round += 1) {
    const batch = Array.from({ length: 500 }, (_, i) => {
      const expected = version === '' ? (i === 0 ? '' : String(i)) : String(Number(version) + i);
      return store.write({ resource: 'r', key: '/a', expected, object: object('a', { i }) });
    });
    version = (await Promise.all(batch)).at(-1)!.metadata.resourceVersion!;
  }
  assert.equal(store.revision, 12_000);
  assert.ok(store.compactedRevision >= 1000);
  assert.throws(() => [...store.changesSince('r', 1)], RevisionCompacted);
  const recent = [...store.changesSince('r', 11_990)];
  assert.deepEqual(
    [recent.length, recent[0]?.type, recent[0]?.previous?.metadata.resourceVersion],
    [10, 'MODIFIED', '11990'],
  );
  const oldest = [...store.changesSince('r', store.compactedRevision)][0];
  assert.equal(oldest?.previous?.metadata.resourceVersion, String(store.compactedRevision));
  await store.close();
  const again = openStore(directory);
  t.after(() => again.close());
  assert.equal(again.get('r', '/a')?.metadata.resourceVersion, '12000');
  assert.equal(again.list('r').length, 1);
});

test('changes are those of one resource, or of one object, also after a start', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = openStore(directory);
  const write = (store: Store, resource: string, key: string, expected: string) =>
    store.write({ resource, key, expected, object: object(key.slice(1)) });
  await write(first, 'r', '/a', '');
  await write(first, 's', '/a', '');
  await write(first, 'r', '/b', '');
  await write(first, 'r', '/a', '1');
  const told: number[] = [];
  const stop = first.subscribe('r', ({ revision }) => told.push(revision), '/b');
  await write(first, 'r', '/a', '4');
  await write(first, 's', '/b', '');
  await write(first, 'r', '/b', '3');
  stop();
  await first.write({ resource: 'r', key: '/b', expected: '7', object: null });
  assert.deepEqual(told, [7]);
  const seen = (store: Store, ...args: Parameters<Store['changesSince']>) =>
    [...store.changesSince(...args)].map(({ revision, type }) => `${revision} ${type}`);
  for (const again of [false, true]) {
    if (again) await first.close();
    const store = again ? openStore(directory) : first;
    if (again) t.after(() => store.close());
    assert.deepEqual(seen(store, 'r', 1), ['3 ADDED', '4 MODIFIED', '5 MODIFIED', '7 MODIFIED', '8 DELETED']);
    assert.deepEqual(seen(store, 'r', 0, '/a'), ['1 ADDED', '4 MODIFIED', '5 MODIFIED']);
    assert.deepEqual(seen(store, 'r', 3, '/b'), ['7 MODIFIED', '8 DELETED']);
    assert.deepEqual(seen(store, 's', 2), ['6 ADDED']);
    assert.deepEqual(seen(store, 'nothing', 0), []);
  }
});

test('a reader that compaction overtakes is told, unless all it needs is still there', async (t) => {
  const limits = { history: { revisions: 20, bytes: 2 ** 30, segment: 10 }, checkpointAfterBytes: 2 ** 30 };
  const store = openStore(await temporaryDirectory(t), limits);
  t.after(() => store.close());
  let version = '';
  const write = async (key: string, count: number) => {
    for (let i = 0; i < count; i += 1) {
      const { metadata } = await store.write({ resource: 'r', key, expected: version, object: object('a', { i }) });
      version = metadata.resourceVersion ?? '';
    }
  };
  await write('/a', 30);
  const start = store.compactedRevision;
  assert.ok(start > 0 && start < 30);
  const overtaken = store.changesSince('r', start)[Symbol.iterator]();
  assert.equal(overtaken.next().value?.revision, start + 1);
  await store.write({ resource: 's', key: '/x', expected: '', object: object('x') });
  await write('/a', 25);
  await store.write({ resource: 's', key: '/y', expected: '', object: object('y') });
  const gapped = store.changesSince('s', store.compactedRevision)[Symbol.iterator]();
  assert.equal(gapped.next().value?.key, '/x');
  await write('/a', 15);
  assert.ok(store.compactedRevision > 31);
  assert.throws(() => overtaken.next(), RevisionCompacted);
  assert.equal(gapped.next().value?.key, '/y');
  assert.throws(() => [...store.changesSince('s', 31)], RevisionCompacted);
});

test('what is on disk stays bounded under writes without end, and shrinks when less is kept', async (t) => {
  const directory = await temporaryDirectory(t);
  const sizeOf = (name: string) => statSync(join(directory, name)).size;
  const mib = 2 ** 20;
  const limits = { checkpointAfterBytes: mib };
  const churn = async (store: Store, commits: number, perCommit: number, bytes: number) => {
    let largestWal = 0;
    for (let commit = 0; commit < commits; commit += 1) {
      const version = Number(store.get('r', '/hot')?.metadata.resourceVersion ?? 0);
      const data = 'x'.repeat(bytes);
      const write = (_: unknown, i: number) => {
        const expected = version + i === 0 ? '' : String(version + i);
        return store.write({ resource: 'r', key: '/hot', expected, object: object('hot', { data }) });
      };
      await Promise.all(Array.from({ length: perCommit }, write));
      largestWal = Math.max(largestWal, sizeOf('revisions.db-wal'));
    }
    return largestWal;
  };
  const history = { revisions: 100_000, bytes: 24 * mib, segment: 100 };
  const first = openStore(directory, { ...limits, history });
  // 48 MiB, of which half may be kept.
  const largestWal = await churn(first, 120, 100, 4096);
  await first.close();
  assert.ok(largestWal < 24 * mib, `the write-ahead log grew to ${largestWal} bytes`);
  assert.ok(sizeOf('revisions.db') < 40 * mib, `the database has ${sizeOf('revisions.db')} bytes`);
  assert.ok(first.compactedRevision > 5_000);
  const second = openStore(directory, { ...limits, history: { revisions: 200, bytes: 16 * mib, segment: 100 } });
  assert.equal(second.revision, 12_000);
  await churn(second, 80, 1, 10);
  await second.close();
  assert.ok(sizeOf('revisions.db') < 12 * mib, `the database has ${sizeOf('revisions.db')} bytes`);
});

test('what was acknowledged survives kill -9, and the lock goes with the process', async (t) => {
  const directory = await temporaryDirectory(t);
  const child = fork(new URL('./testdata/writer.ts', import.meta.url), [directory], { stdio: 'ignore' });
  const acknowledged: string[] = [];
  child.on('message', (key: string) => {
    acknowledged.push(key);
    if (acknowledged.length === 200) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  const store = openStore(directory);
  t.after(() => store.close());
  assert.ok(acknowledged.length >= 200);
  for (const key of acknowledged) assert.ok(store.get('r', key), `${key} is missing`);
});
