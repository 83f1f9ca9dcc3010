import { test } from 'node:test';
import { createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { namespaces } from '@serval/kube/objects';
import { startPlatform } from '../support/serval.ts';
import { changeCredentials } from './sentinels/change-credentials.ts';
import { findPlanted } from './sentinels/find-planted.ts';
import { misplaceCredentials } from './sentinels/misplace-credentials.ts';
import { promote } from './sentinels/promote.ts';
import { startQuotingServer } from './sentinels/quoting-server.ts';
import { useCredentials } from './sentinels/use-credentials.ts';
import type { World } from './sentinels/world.ts';

test('what is in credentials is found nowhere but in the Secrets that they are in', async (t) => {
  process.env['SERVAL_LOG_LEVEL'] = 'trace';
  const up = await startPlatform(t);
  const transport = createSocketTransport(await loadKubeConfig(up.kubeconfig));
  t.after(() => transport.close());
  const client = createClient({ transport, fieldManager: 'test' });
  const world: World = { t, up, client, transport, ...(await startQuotingServer(t)), said: [] };
  for (const name of ['team-a', 'team-b', 'fraud-dev', 'fraud-prod']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await t.test('the search finds what is planted', () => findPlanted(world));
  await t.test('while credentials are resolved, projected, tried and refused', () => useCredentials(world));
  await t.test('while a stage is tried before a promotion', () => promote(world));
  await t.test('while they are written where they do not belong', () => misplaceCredentials(world));
  await t.test('while they are rotated, malformed and taken away', () => changeCredentials(world));
});
