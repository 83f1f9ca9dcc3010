import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { silentLog } from '@serval/kube/client';
import { startEngine } from './engine.ts';
import { startTestEngine } from './testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

test('an object is created, read, listed, changed, watched and deleted', async (t) => {
  const { ok, call, watch } = await startTestEngine(t);
  const created = await ok('POST', configMaps, { metadata: { name: 'a' }, data: { x: '1' } });
  assert.equal(created.kind, 'ConfigMap');
  assert.match(created.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  assert.equal((await call('POST', configMaps, { metadata: { name: 'a' } })).body.reason, 'AlreadyExists');
  const events = watch(`${configMaps}?watch=true&resourceVersion=${created.metadata.resourceVersion}`, 3);
  const patched = await ok('PATCH', `${configMaps}/a`, { data: { y: '2' } });
  assert.deepEqual(patched['data'], { x: '1', y: '2' });
  const replaced = await ok('PUT', `${configMaps}/a`, { ...patched, data: { z: '3' } });
  assert.deepEqual((await ok('GET', `${configMaps}/a`))['data'], { z: '3' });
  assert.equal((await ok('GET', configMaps))['items'].length, 1);
  assert.equal((await call('PUT', `${configMaps}/a`, patched)).body.reason, 'Conflict');
  const deleted = await ok('DELETE', `${configMaps}/a`);
  assert.equal(deleted['details'].uid, created.metadata.uid);
  assert.equal((await call('GET', `${configMaps}/a`)).status, 404);
  assert.deepEqual(
    (await events).map(({ type }) => type),
    ['MODIFIED', 'MODIFIED', 'DELETED'],
  );
  assert.ok(Number(replaced.metadata.resourceVersion) > Number(patched.metadata.resourceVersion));
});

test('the socket wants the token, and answers as the function does', async (t) => {
  const { engine, ok } = await startTestEngine(t);
  const { server, caData, token } = engine.kubeconfig;
  const get = async (path: string, headers: Record<string, string>) => {
    const message = request(`${server}${path}`, { ca: caData, headers, agent: false }).end();
    const [response] = await once(message, 'response');
    return { status: response.statusCode as number, body: await text(response) };
  };
  assert.equal((await get('/api/v1/namespaces', {})).status, 401);
  assert.equal((await get('/api/v1/namespaces', { authorization: 'Bearer wrong' })).status, 401);
  assert.equal((await get('/healthz', {})).body, 'ok');
  const answer = await get('/api/v1/namespaces', { authorization: `Bearer ${token}` });
  assert.deepEqual(JSON.parse(answer.body), await ok('GET', '/api/v1/namespaces'));
});

test('what was written is there after a restart, under the same authority and token', async (t) => {
  const first = await startTestEngine(t);
  const made = await first.ok('POST', configMaps, { metadata: { name: 'kept' } });
  await first.ok('POST', configMaps, { metadata: { name: 'gone' } });
  await first.ok('DELETE', `${configMaps}/gone`);
  await first.engine.close();
  const second = await startTestEngine(t, { dataDir: first.dataDir });
  assert.deepEqual(await second.ok('GET', `${configMaps}/kept`), made);
  assert.equal((await second.call('GET', `${configMaps}/gone`)).status, 404);
  assert.equal(second.engine.kubeconfig.token, first.engine.kubeconfig.token);
  assert.equal(second.engine.kubeconfig.caData, first.engine.kubeconfig.caData);
  const replay = await second.watch(`${configMaps}?watch=1&resourceVersion=${made.metadata.resourceVersion}`, 2);
  assert.deepEqual(
    replay.map(({ type, object }) => [type, object.metadata.name]),
    [
      ['ADDED', 'gone'],
      ['DELETED', 'gone'],
    ],
  );
});

test('a data directory in use and a taken port are refused by name', async (t) => {
  const { dataDir, engine } = await startTestEngine(t);
  await assert.rejects(startEngine({ dataDir, log: silentLog }), { code: 'DataDirectoryInUse' });
  const port = Number(new URL(engine.url).port);
  await assert.rejects(startTestEngine(t, { port }), { code: 'PortTaken', message: new RegExp(`port ${port} `) });
});
