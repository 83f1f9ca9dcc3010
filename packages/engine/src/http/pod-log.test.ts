import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestEngine } from '../testing.ts';

const pods = '/api/v1/namespaces/default/pods';

test('logs come from the kubelet of the node, once the container has started', async (t) => {
  const asked: string[] = [];
  const { ok, call } = await startTestEngine(t, {
    callKubelet: async (node, { path }) => {
      asked.push(`${node} ${path}`);
      return {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: (async function* () {
          yield Buffer.from('hello\n');
        })(),
      };
    },
  });
  await ok('POST', pods, { metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  assert.equal((await call('GET', `${pods}/web/log`)).body, '');
  await ok('POST', `${pods}/web/binding`, { target: { name: 'n1' } });
  const waiting = {
    name: 'c',
    ready: false,
    restartCount: 0,
    image: 'i',
    imageID: '',
    state: { waiting: { reason: 'ImageNotAvailable', message: 'no image i' } },
  };
  await ok('PATCH', `${pods}/web/status`, { status: { containerStatuses: [waiting] } });
  const refused = await call('GET', `${pods}/web/log`);
  assert.deepEqual(
    [refused.status, refused.body.message],
    [400, 'container "c" in pod "web" is waiting to start: no image i'],
  );
  await ok('PATCH', `${pods}/web/status`, { status: { containerStatuses: [{ ...waiting, state: { running: {} } }] } });
  assert.equal((await call('GET', `${pods}/web/log?tailLines=5&follow=true`)).body, 'hello\n');
  assert.deepEqual(asked, ['n1 /containerLogs/default/web/c?follow=true&tailLines=5']);
  assert.match((await call('GET', `${pods}/web/log?container=x`)).body.message, /container x is not valid for pod web/);
});
