import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';

export const repository = fileURLToPath(new URL('..', import.meta.url));

export interface BenchPlatform {
  client: Client;
  dataDir: string;
  pid: number;
  gatewayPid: number;
  gatewayUrl: string;
  stop(): Promise<void>;
}

/** A whole platform in processes of its own on a fresh data directory, as `serval up` starts it. */
export async function startBenchPlatform(modelStore: string): Promise<BenchPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-bench-'));
  const launcher = join(repository, 'packages/cli/bin/serval.js');
  const ports = ['--api-port', '0', '--gateway-port', '0'];
  const child = spawn(
    process.execPath,
    [launcher, 'up', '--data-dir', dataDir, '--model-store', modelStore, ...ports],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (;;) {
    const text = await readFile(join(dataDir, 'run.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const record = JSON.parse(text) as { kubeconfig: string; gateway: { external: string; pid: number } };
      const transport = createSocketTransport(await loadKubeConfig(record.kubeconfig));
      return {
        client: createClient({ transport, fieldManager: 'bench' }),
        dataDir,
        pid: child.pid as number,
        gatewayPid: record.gateway.pid,
        gatewayUrl: `http://${record.gateway.external}`,
        async stop() {
          child.kill('SIGTERM');
          await ended;
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    }
    if (child.exitCode !== null) throw new Error(`serval up ended with code ${child.exitCode}`);
    await sleep(20);
  }
}
