import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '@serval/kube/client';
import { openStore } from '../store/store.ts';
import { temporaryDirectory } from '../testing.ts';
import type { RegistryDeps } from './deps.ts';
import { expireEvents } from './expire-events.ts';

test('Events last seen more than an hour ago are deleted', async (t) => {
  const store = openStore(await temporaryDirectory(t));
  t.after(() => store.close());
  const now = Date.parse('2026-01-01T12:00:00Z');
  for (const [name, lastTimestamp] of Object.entries({ old: '2026-01-01T10:59:00Z', fresh: '2026-01-01T11:01:00Z' })) {
    const object = { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'a' }, lastTimestamp };
    await store.write({ resource: '/events', key: `a/${name}`, expected: '', object });
  }
  await expireEvents({ store, write: store.write, clock: () => now, log: silentLog } as unknown as RegistryDeps);
  assert.deepEqual(
    store.list('/events').map(({ metadata }) => metadata.name),
    ['fresh'],
  );
});
