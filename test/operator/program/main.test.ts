import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeKubeConfig } from '@serval/kube/client';
import { bundleOperator } from '../../../scripts/operator/bundle.ts';
import { startTestCluster } from './replicas.ts';
import { runsAsProcess } from './runs-as-process.ts';

test('as a process it logs JSON lines, leads, and ends cleanly on SIGTERM', async (t) => {
  await runs(t, ['-C', '@serval/source', fileURLToPath(import.meta.resolve('@serval/operator/main'))]);
});

test('bundled as for its image it does the same, alone in a folder, and reads little at its start', async (t) => {
  const { main, bytes, eager } = await bundleOperator(await temporaryFolder(t));
  assert.ok(eager > (await stat(main)).size && eager < bytes / 2, `${eager} of ${bytes} bytes are read`);
  await runs(t, [main]);
});

async function runs(t: TestContext, args: string[]): Promise<void> {
  const cluster = await startTestCluster(t);
  const kubeconfig = join(await temporaryFolder(t), 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'test', ...cluster.kubeconfig });
  await runsAsProcess(t, cluster, [process.execPath, ...args], kubeconfig);
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-operator-main-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
