import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventRecorder, silentLog } from '@serval/kube/client';
import { type ConfigMap, configMaps, events } from '@serval/kube/objects';
import { startServer } from './support.ts';

test('events are written once and counted up, and never throw', async (t) => {
  const { client, engine } = await startServer(t);
  const object = await client.create<ConfigMap>(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web', namespace: 'default' },
  });
  const recorder = createEventRecorder({ client, component: 'tester', log: silentLog });
  for (let i = 0; i < 3; i += 1) recorder.record(object, 'Warning', 'Broken', 'it is broken');
  recorder.record(object, 'Normal', 'Mended', 'x'.repeat(5000));
  await recorder.flush();
  const { items } = await client.list(events, {
    namespace: 'default',
    fieldSelector: `involvedObject.name=web,involvedObject.uid=${object.metadata.uid}`,
  });
  assert.deepEqual(items.map(({ reason, count, source }) => [reason, count, source?.component]).sort(), [
    ['Broken', 3, 'tester'],
    ['Mended', 1, 'tester'],
  ]);
  assert.equal(items.find(({ reason }) => reason === 'Mended')?.message?.length, 1024);
  // Deleted by the server meanwhile: written anew.
  const broken = items.find(({ reason }) => reason === 'Broken');
  await client.delete(events, { namespace: 'default', name: broken?.metadata.name ?? '' });
  recorder.record(object, 'Warning', 'Broken', 'it is broken');
  await recorder.flush();
  assert.equal((await client.list(events, { namespace: 'default' })).items.length, 2);
  await engine.close();
  recorder.record(object, 'Warning', 'Lost', 'nobody hears this');
  await recorder.flush();
});
