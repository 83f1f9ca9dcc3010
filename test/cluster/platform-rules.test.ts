import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crds, platformGroup } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createClient, silentLog } from '@serval/kube/client';
import { applyCrds } from './apply-crds.ts';
import { tryPlatformRules } from './platform-rules.ts';

test('the embedded engine judges objects of Serval’s own group by their definitions alone', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-rules-'));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const engine = await startEngine({ dataDir, log: silentLog });
  t.after(() => engine.close());
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  await applyCrds(
    client,
    crds().filter(({ spec }) => spec.group === platformGroup),
  );
  await tryPlatformRules(client);
});
