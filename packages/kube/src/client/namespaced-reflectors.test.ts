import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../objects/index.ts';
import { configMaps, pods } from '../objects/index.ts';
import { createClient } from './create-client.ts';
import { silentLog } from './log.ts';
import { createNamespacedReflectors } from './namespaced-reflectors.ts';
import type { Transport } from './transport.ts';

const object = (kind: string, namespace: string, name: string): AnyObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { namespace, name, uid: `${namespace}/${name}`, resourceVersion: '1', labels: { of: name } },
});

/** Answers lists once their path is let through, and keeps watches open. */
function startLists(lists: Readonly<Record<string, AnyObject[]>>) {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (path: string) => {
    const found = gates.get(path) ?? Promise.withResolvers<void>();
    gates.set(path, found);
    return found;
  };
  const transport: Transport = async ({ path, signal }) => {
    const [bare = '', query = ''] = path.split('?');
    const headers = { 'content-type': 'application/json' };
    if (query.includes('watch=true')) return { status: 200, headers, body: hanging(signal) };
    await gate(bare).promise;
    const list = { kind: 'List', metadata: { resourceVersion: '1' }, items: lists[bare] ?? [] };
    return { status: 200, headers, body: once(Buffer.from(JSON.stringify(list))) };
  };
  return { transport, letThrough: (path: string) => gate(path).resolve() };
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

async function* hanging(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

test('a namespace is taken up in all caches at once, and leaves all of them', async (t) => {
  const { transport, letThrough } = startLists({
    '/api/v1/namespaces/a/pods': [object('Pod', 'a', 'x')],
    '/api/v1/namespaces/a/configmaps': [object('ConfigMap', 'a', 'y')],
    '/api/v1/namespaces/b/pods': [object('Pod', 'b', 'x')],
    '/api/v1/namespaces/b/configmaps': [],
  });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const group = createNamespacedReflectors({ signal: stop.signal, log: silentLog });
  const common = { client: createClient({ transport, fieldManager: 'test' }), log: silentLog };
  const byName = { byName: ({ metadata }: { metadata: { name?: string } }) => [metadata.name ?? ''] };
  const podCache = group.reflect(pods, () => ({ ...common, indexes: byName }));
  const mapCache = group.reflect(configMaps, () => common);
  const told: string[] = [];
  podCache.onChange(({ type, object: { metadata } }) => told.push(`${type} ${metadata.namespace}/${metadata.name}`));
  // Who is told of a Pod may rely on the ConfigMaps being there.
  podCache.onChange(({ type }) => type === 'added' && assert.ok(mapCache.get('a', 'y')));

  group.add('a');
  group.settle();
  letThrough('/api/v1/namespaces/a/pods');
  await turns();
  assert.deepEqual([podCache.list().length, told.length], [0, 0]);
  letThrough('/api/v1/namespaces/a/configmaps');
  await Promise.all([podCache.synced, mapCache.synced]);
  assert.deepEqual(told, ['added a/x']);

  group.add('b');
  letThrough('/api/v1/namespaces/b/pods');
  letThrough('/api/v1/namespaces/b/configmaps');
  await turns();
  assert.deepEqual(
    podCache.byIndex('byName', 'x').map(({ metadata }) => metadata.namespace),
    ['a', 'b'],
  );
  assert.equal(podCache.list({ namespace: 'b' }).length, 1);
  assert.equal(podCache.list({ namespace: 'c' }).length, 0);
  assert.equal(podCache.byIndex('namespace', 'a').length, 1);

  group.remove('b');
  assert.deepEqual(told, ['added a/x', 'added b/x', 'deleted b/x']);
  assert.equal(podCache.get('b', 'x'), undefined);
  assert.equal(podCache.list().length, 1);
});

test('without any namespace the caches are synced, and empty', async (t) => {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const group = createNamespacedReflectors({ signal: stop.signal, log: silentLog });
  const { transport } = startLists({});
  const client = createClient({ transport, fieldManager: 'test' });
  const cache = group.reflect(pods, () => ({ client, log: silentLog }));
  group.settle();
  await cache.synced;
  assert.deepEqual(cache.list(), []);
});
