import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject, WatchEvent } from '../objects/index.ts';
import { pods } from '../objects/index.ts';
import type { Clock } from './clock.ts';
import { createClient } from './create-client.ts';
import { silentLog } from './log.ts';
import { createObjectStore } from './object-store.ts';
import { createReflector } from './reflector.ts';
import { changesOfEvent, changesOfList, withoutManagedFields } from './reflector-state.ts';
import { createShareParts } from './share-parts.ts';
import { startFakeApiServer } from './test-support/fake-api-server.ts';

const pod = (name: string, resourceVersion: string, uid = name): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'a', name, uid, resourceVersion },
});
const items = (...objects: AnyObject[]) => new Map(objects.map((object) => [`a/${object.metadata.name}`, object]));

test('a list changes what differs from the cache, and nothing else', () => {
  const known = items(pod('same', '1'), pod('changed', '2'), pod('gone', '3'), pod('reborn', '4', 'old'));
  const listed = [pod('same', '1'), pod('changed', '9'), pod('reborn', '8', 'new'), pod('fresh', '7')];
  assert.deepEqual(changesOfList(known, listed), [
    { type: 'updated', object: pod('changed', '9'), old: pod('changed', '2') },
    { type: 'deleted', object: pod('reborn', '4', 'old') },
    { type: 'added', object: pod('reborn', '8', 'new') },
    { type: 'added', object: pod('fresh', '7') },
    { type: 'deleted', object: pod('gone', '3') },
  ]);
});

test('events change the cache; bookmarks, echoes and deletions of the unknown do not', () => {
  const known = items(pod('x', '1'));
  const event = (type: WatchEvent['type'], object: AnyObject) => changesOfEvent(known, { type, object });
  assert.deepEqual(event('ADDED', pod('y', '2')), [{ type: 'added', object: pod('y', '2') }]);
  assert.deepEqual(event('MODIFIED', pod('x', '2')), [{ type: 'updated', object: pod('x', '2'), old: pod('x', '1') }]);
  assert.deepEqual(event('DELETED', pod('x', '3')), [{ type: 'deleted', object: pod('x', '3') }]);
  assert.deepEqual(event('ADDED', pod('x', '1')), []);
  assert.deepEqual(event('DELETED', pod('y', '3')), []);
  assert.deepEqual(event('BOOKMARK', pod('', '9')), []);
});

test('managedFields are dropped, except what one manager applied', () => {
  const object = pod('x', '1');
  const applied = { manager: 'serval', operation: 'Apply' } as const;
  object.metadata.managedFields = [
    { manager: 'kubectl', operation: 'Apply' },
    applied,
    { ...applied, subresource: 'status' },
    { manager: 'serval', operation: 'Update' },
  ];
  assert.deepEqual(withoutManagedFields(object), pod('x', '1'));
  assert.deepEqual(withoutManagedFields(object, 'serval').metadata.managedFields, [applied]);
});

test('what objects have in common is kept once, and equal to what it was', () => {
  const share = createShareParts();
  const objectOf = (uid: string) => ({
    metadata: { labels: { app: 'web' }, ownerReferences: [{ uid, controller: true }] },
    spec: { paused: false, nothing: null, ports: [{ port: 80 }, { port: Number(uid) }] },
  });
  const [one, other] = [share(objectOf('1')), share(objectOf('2'))];
  assert.deepEqual(one, objectOf('1'));
  assert.deepEqual(other, objectOf('2'));
  assert.equal(one.metadata.labels, other.metadata.labels);
  assert.equal(one.spec.ports[0], other.spec.ports[0]);
  assert.notEqual(one.spec, other.spec);
  // What is met again and again is remembered among any number of others.
  for (let index = 0; index < 9_000; index += 1) {
    share({ a: index });
    assert.equal(share({ app: 'web' }), one.metadata.labels);
  }
});

test('a broken watch resumes from the last version, a forgotten version leads to a new list', async (t) => {
  const server = await startFakeApiServer(t);
  const stop = new AbortController();
  t.after(() => stop.abort());
  server.answerList('10', [pod('a', '5'), pod('b', '6')]);
  server.answerWatch([{ type: 'MODIFIED', object: pod('a', '11') }], 'cut');
  server.answerWatch([{ type: 'BOOKMARK', object: pod('', '20') }], 'end');
  server.answerWatch([{ type: 'ERROR', object: { ...pod('', ''), code: 410, reason: 'Expired' } }], 'end');
  server.answerList('30', [pod('a', '11'), pod('c', '29')]);
  server.answerWatch([{ type: 'DELETED', object: pod('c', '31') }], 'hang');

  const impatient: Clock = { now: Date.now, after: (ms, callback) => (ms > 60_000 ? () => {} : cancelable(callback)) };
  const seen: string[] = [];
  const done = Promise.withResolvers<void>();
  const reflector = createReflector({
    client: createClient({ transport: server.transport, fieldManager: 'test' }),
    resource: pods,
    signal: stop.signal,
    log: silentLog,
    clock: impatient,
    indexes: { byFirstLetter: ({ metadata }) => [metadata.name?.[0] ?? ''] },
  });
  reflector.onChange(({ type, object }) => {
    seen.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`);
    if (type === 'deleted' && object.metadata.name === 'c') done.resolve();
  });
  await reflector.synced;
  await done.promise;
  assert.deepEqual(seen, ['added a 5', 'added b 6', 'updated a 11', 'added c 29', 'deleted b 6', 'deleted c 31']);
  assert.deepEqual(server.requests, [
    'list',
    'watch from 10',
    'watch from 11',
    'watch from 20',
    'list',
    'watch from 30',
  ]);
  assert.deepEqual(reflector.list({ namespace: 'a' }), [pod('a', '11')]);
  assert.deepEqual(reflector.byIndex('byFirstLetter', 'a'), [pod('a', '11')]);
  assert.deepEqual(reflector.byIndex('byFirstLetter', 'c'), []);
});

test('a reflector that is ended before its first list says so', async (t) => {
  const server = await startFakeApiServer(t);
  const stop = new AbortController();
  const client = createClient({ transport: server.transport, fieldManager: 'test' });
  const reflector = createReflector({ client, resource: pods, signal: stop.signal, log: silentLog });
  stop.abort(new Error('enough'));
  await assert.rejects(reflector.synced, /enough/);
});

function cancelable(callback: () => void): () => void {
  const immediate = setImmediate(callback);
  return () => clearImmediate(immediate);
}

test('objects are found under every value of an index, however many there are', () => {
  const store = createObjectStore({ byLetter: ({ metadata }) => [metadata.name?.[0] ?? '', 'all'] });
  const put = (name: string, type: 'added' | 'deleted' = 'added') => store.put({ type, object: pod(name, '1') });
  const found = (value: string) => store.byIndex('byLetter', value).map(({ metadata }) => metadata.name);
  put('ab');
  put('ab');
  assert.deepEqual(found('a'), ['ab']);
  put('ac');
  put('bc');
  assert.deepEqual([found('a'), found('b'), found('all')], [['ab', 'ac'], ['bc'], ['ab', 'ac', 'bc']]);
  put('ab', 'deleted');
  put('bc', 'deleted');
  assert.deepEqual([found('a'), found('b'), found('all')], [['ac'], [], ['ac']]);
  put('ac', 'deleted');
  assert.deepEqual([found('a'), found('all'), store.list({ namespace: 'a' })], [[], [], []]);
});
