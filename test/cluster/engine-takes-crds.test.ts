import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crds, customResourceDefinitions, gatewayApiCrds } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createClient, silentLog } from '@serval/kube/client';
import { applyCrds, asAppliedByClient } from './apply-crds.ts';

for (const bundle of ['standard', 'full'] as const) {
  test(`the embedded engine takes the ${bundle} CRDs`, async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'serval-crds-'));
    t.after(() => rm(dataDir, { recursive: true, force: true }));
    const engine = await startEngine({ dataDir, log: silentLog });
    t.after(() => engine.close());
    const client = createClient({ transport: engine.handle, fieldManager: 'test' });
    await applyCrds(client, [...crds({ bundle }), ...gatewayApiCrds()]);
  });
}

test('standard CRDs can be applied from the client’s side, and full ones then take their place', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-crds-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const engine = await startEngine({ dataDir, log: silentLog });
  t.after(() => engine.close());
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  for (const crd of crds()) await client.create(customResourceDefinitions, asAppliedByClient(crd));
  await applyCrds(client, crds({ bundle: 'full' }));
});
