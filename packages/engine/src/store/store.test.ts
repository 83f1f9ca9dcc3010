import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { temporaryDirectory } from '../testing.ts';
import { RevisionCompacted, WriteConflict } from './change.ts';
import { openStore } from './store.ts';

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
