import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeKubeConfig } from '@serval/kube/client';
import { layRootFileSystem } from '../../../scripts/build/root-file-system.ts';
import { imageEnvironment, operatorProgram } from '../../../scripts/operator/bundle.ts';
import { startTestCluster } from './replicas.ts';
import { runsAsProcess } from './runs-as-process.ts';

const userId = 65532;

test('the root file system of the operator’s image is complete: it leads and ends as another user behind chroot', {
  skip: process.platform !== 'linux' || process.getuid?.() !== 0 ? 'needs root on Linux' : false,
}, async (t) => {
  const cluster = await startTestCluster(t);
  const folder = await mkdtemp(join(tmpdir(), 'serval-operator-image-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  await layRootFileSystem(operatorProgram, root);
  const kubeconfig = join(root, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'test', ...cluster.kubeconfig });
  await chown(kubeconfig, userId, userId);
  const command = [`--userspec=${userId}:${userId}`, root, '/bin/node', '/opt/serval-operator/main.mjs'];
  await runsAsProcess(t, cluster, ['/usr/sbin/chroot', ...command], '/kubeconfig', await imageEnvironment());
});
