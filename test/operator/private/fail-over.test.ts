import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inferenceServices } from '@serval/api';
import { type Client, writeKubeConfig } from '@serval/kube/client';
import { deployments, type KubeObject, leases, services } from '@serval/kube/objects';
import { operatorLeaseName } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { type EmptyCluster, type Installation, startEmptyCluster } from '../program/replicas.ts';
import { createService, namespaceObject } from './services.ts';

const home = 'platform';
const program = fileURLToPath(import.meta.resolve('@serval/operator/main'));

test('when the leader is killed the other replica takes over, and writes nothing twice', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', 'team-a', 'team-b'].map(namespaceObject));
  const installed = await cluster.install({ namespace: home, webhooks: false, watchNamespaces: ['team-a', 'team-b'] });
  const processes = new Map<string, ChildProcess>();
  for (const name of ['one', 'two']) processes.set(name, await startProcess(t, cluster, installed, name));
  const holder = async () =>
    (await client.get(leases, { namespace: home, name: operatorLeaseName })).spec.holderIdentity ?? '';
  const leader = await eventually(async () => {
    const name = await holder();
    assert.ok(processes.has(name));
    return name;
  });
  for (const namespace of ['team-a', 'team-b']) await createService(client, namespace);
  const before = await eventually(() => settled(client));

  processes.get(leader)?.kill('SIGKILL');
  await eventually(async () => {
    const now = await holder();
    assert.ok(now !== leader && processes.has(now), now);
  });
  await createService(client, 'team-a', 'later');
  await eventually(async () => {
    const later = await client.get(deployments, { namespace: 'team-a', name: 'later-predictor' });
    assert.equal(later.metadata.generation, 1);
    const { status } = await client.get(inferenceServices, { namespace: 'team-a', name: 'later' });
    assert.ok(status?.conditions?.length);
  });
  const after = await versions(client);
  for (const [name, version] of before) assert.equal(after.get(name), version, name);
});

async function startProcess(
  t: TestContext,
  { kubeconfig }: EmptyCluster,
  { token, argumentsOf }: Installation,
  name: string,
): Promise<ChildProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-fail-over-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'kubeconfig');
  await writeKubeConfig(file, { name: 'test', ...kubeconfig, token });
  const child = spawn(process.execPath, ['-C', '@serval/source', program, '--kubeconfig', file, ...argumentsOf(name)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** Everything that a replica writes has been written. */
async function settled(client: Client): Promise<Map<string, string>> {
  const first = await versions(client);
  assert.equal([...first.keys()].filter((key) => key.startsWith('Deployment')).length, 2);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const second = await versions(client);
  assert.deepEqual([...second], [...first]);
  return second;
}

/** `resourceVersion` of services and their children. */
async function versions(client: Client): Promise<Map<string, string>> {
  const lists = await Promise.all([
    client.list(inferenceServices),
    client.list(deployments),
    client.list(services),
  ] as Promise<{ items: KubeObject[] }>[]);
  return new Map(
    lists
      .flatMap(({ items }) => items)
      .map(({ kind, metadata }) => [`${kind} ${metadata.namespace}/${metadata.name}`, metadata.resourceVersion ?? '']),
  );
}
