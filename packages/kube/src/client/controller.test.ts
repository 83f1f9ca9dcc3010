import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pod, pods } from '../objects/index.ts';
import type { Reflector } from './client.ts';
import { createController, source } from './controller.ts';
import { createClient } from './create-client.ts';
import { silentLog } from './log.ts';
import { createReflector } from './reflector.ts';
import { startFakeApiServer } from './test-support/fake-api-server.ts';

const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

test('whoever asks before the sources are complete waits for them', async (t) => {
  const server = await startFakeApiServer(t);
  const stop = new AbortController();
  t.after(() => stop.abort());
  const client = createClient({ transport: server.transport, fieldManager: 'test' });
  const reflector: Reflector<Pod> = createReflector({ client, resource: pods, signal: stop.signal, log: silentLog });
  const reconciled: string[] = [];
  const controller = createController({
    name: 'test',
    reconcile: async ({ namespace, name }) => void reconciled.push(`${namespace}/${name}`),
    sources: [source(reflector, () => [])],
    log: silentLog,
  });
  t.after(() => controller.close());
  controller.queue.add('a/b');
  controller.queue.addAfter('a/c', 1);
  await settle();
  assert.deepEqual(reconciled, []);
  assert.equal(controller.queue.size, 2);
  server.answerList('1', []);
  server.answerWatch([], 'hang');
  await reflector.synced;
  await settle();
  assert.deepEqual(reconciled, ['a/b', 'a/c']);
});
