import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Client, createClient, createSocketTransport, loadKubeConfig } from '@serval/kube/client';
import { namespaces, type Secret, secrets } from '@serval/kube/objects';
import { launcher, type Outcome, repository, run, temporaryDirectory } from '../support/serval.ts';

export interface Cluster {
  directory: string;
  kubeconfig: string;
  client: Client;
  serval(...args: string[]): Promise<Outcome>;
}

/** An API server of its own, in a process of its own, and the command beside it. */
export async function startCluster(t: TestContext): Promise<Cluster> {
  const directory = await temporaryDirectory(t);
  const engine = spawn(
    process.execPath,
    ['-C', '@serval/source', join(repository, 'test/support/bare-engine.ts'), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(engine, 'close');
  t.after(async () => {
    engine.kill('SIGTERM');
    await ended;
  });
  await once(engine.stdout, 'data');
  const kubeconfig = join(directory, 'kubeconfig');
  const transport = createSocketTransport(await loadKubeConfig(kubeconfig));
  return {
    directory,
    kubeconfig,
    client: createClient({ transport, fieldManager: 'test' }),
    serval: (...args) => servalIn(directory, [...args, '--kubeconfig', kubeconfig]),
  };
}

/** One command in a folder of its own, where its backup goes. */
export function servalIn(directory: string, args: string[], input?: string): Promise<Outcome> {
  return run(process.execPath, [launcher, ...args], { cwd: directory, input });
}

export async function createSecret(client: Client, namespace: string, data: Record<string, string>): Promise<Secret> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return client.create(secrets, secretOf(namespace, data));
}

export function secretOf(namespace: string, data: Record<string, string>, name = 'storage-config'): Secret {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const metadata = { name, namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: Object.fromEntries(encoded) };
}

export function decoded(secret: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
