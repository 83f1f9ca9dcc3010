import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

test('a watch starts with what is there, and ends its list with a bookmark when asked to', async (t) => {
  const { ok, watch, call } = await startTestEngine(t);
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true';
  const [added, end] = await watch(`${configMaps}?${query}&resourceVersionMatch=NotOlderThan`, 2);
  assert.equal(added?.object.metadata.name, 'a');
  assert.equal(end?.type, 'BOOKMARK');
  assert.equal(end?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  assert.equal((await call('GET', `${configMaps}?${query}`)).status, 422);
});

test('objects that enter or leave a selection are added or deleted', async (t) => {
  const { ok, watch } = await startTestEngine(t);
  const { metadata } = await ok('POST', configMaps, { metadata: { name: 'a' } });
  const events = watch(`${configMaps}?watch=1&labelSelector=on&resourceVersion=${metadata.resourceVersion}`, 3);
  await ok('PATCH', `${configMaps}/a`, { metadata: { labels: { on: '' } } });
  await ok('PATCH', `${configMaps}/a`, { data: { x: '1' } });
  const left = await ok('PATCH', `${configMaps}/a`, { metadata: { labels: null } });
  const seen = await events;
  assert.deepEqual(
    seen.map(({ type }) => type),
    ['ADDED', 'MODIFIED', 'DELETED'],
  );
  assert.equal(seen[2]?.object.metadata.resourceVersion, left.metadata.resourceVersion);
});

test('a watch of one object resumes with its own changes, by name or by name and namespace', async (t) => {
  const { ok, watch, call } = await startTestEngine(t);
  const { metadata } = await ok('POST', configMaps, { metadata: { name: 'other' } });
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  await ok('POST', '/api/v1/namespaces/kube-system/configmaps', { metadata: { name: 'a' } });
  await ok('PATCH', `${configMaps}/other`, { data: { x: '1' } });
  await ok('PATCH', `${configMaps}/a`, { data: { x: '1' } });
  const from = `watch=true&resourceVersion=${metadata.resourceVersion}`;
  const byName = watch(`${configMaps}?${from}&fieldSelector=metadata.name%3Da`, 'DELETED');
  const everywhere = watch(`/api/v1/configmaps?${from}&fieldSelector=metadata.name%3Da`, 'DELETED');
  const both = 'metadata.name%3Da%2Cmetadata.namespace%3Ddefault';
  const byBoth = watch(`/api/v1/configmaps?${from}&fieldSelector=${both}`, 'DELETED');
  await ok('PATCH', `${configMaps}/other`, { data: { x: '2' } });
  await ok('DELETE', `${configMaps}/a`);
  const seen = async (events: typeof byName) =>
    (await events).map(({ type, object }) => `${type} ${object.metadata.namespace}/${object.metadata.name}`);
  const own = ['ADDED default/a', 'MODIFIED default/a', 'DELETED default/a'];
  assert.deepEqual(await seen(byName), own);
  assert.deepEqual(await seen(byBoth), own);
  assert.deepEqual(await seen(everywhere), ['ADDED default/a', 'ADDED kube-system/a', ...own.slice(1)]);
  const none = await call('GET', `${configMaps}?fieldSelector=metadata.name%3Da`);
  assert.deepEqual(none.body.items, []);
  const [only] = (await call('GET', `/api/v1/configmaps?fieldSelector=metadata.name%3Da`)).body.items;
  assert.equal(only.metadata.namespace, 'kube-system');
});

test('a watch by name in Table form sends columns once', async (t) => {
  const { ok, engine } = await startTestEngine(t);
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  const stop = new AbortController();
  const response = await engine.handle({
    method: 'GET',
    path: `${configMaps}?watch=true&fieldSelector=metadata.name%3Da`,
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    signal: stop.signal,
  });
  const columns: number[] = [];
  for await (const chunk of response.body) {
    columns.push(JSON.parse(Buffer.from(chunk).toString()).object.columnDefinitions.length);
    if (columns.length === 2) break;
    await ok('PATCH', `${configMaps}/a`, { data: { x: '1' } });
  }
  stop.abort();
  assert.deepEqual(columns, [3, 0]);
});

test('pages of a list continue where they ended', async (t) => {
  const { ok, call } = await startTestEngine(t);
  for (const name of ['a', 'b', 'c']) await ok('POST', configMaps, { metadata: { name } });
  const first = await ok('GET', `${configMaps}?limit=2`);
  const { continue: token, remainingItemCount, resourceVersion } = first.metadata as unknown as Record<string, string>;
  assert.equal(remainingItemCount, 1);
  const second = await ok('GET', `${configMaps}?limit=2&continue=${token}`);
  assert.deepEqual(
    second['items'].map((item: { metadata: { name: string } }) => item.metadata.name),
    ['c'],
  );
  assert.equal(second.metadata.resourceVersion, resourceVersion);
  assert.equal((await ok('GET', `${configMaps}?limit=2&resourceVersion=0`))['items'].length, 3);
  assert.equal((await call('GET', `${configMaps}?continue=nonsense`)).status, 400);
  assert.equal((await call('GET', `${configMaps}?fieldSelector=no.such=x`)).status, 400);
  const future = await call('GET', `${configMaps}?resourceVersion=999999`);
  assert.deepEqual([future.status, future.body.details.causes[0].reason], [504, 'ResourceVersionTooLarge']);
});

test('a watch ends by itself after timeoutSeconds', async (t) => {
  const { engine } = await startTestEngine(t);
  const response = await engine.handle({ method: 'GET', path: `${configMaps}?watch=true&timeoutSeconds=1` });
  let chunks = 0;
  for await (const _ of response.body) chunks += 1;
  assert.equal(chunks, 0);
});
