import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startEngine } from '@serval/engine';
import { type ApiRequest, type Client, createClient, silentLog, type Transport } from '@serval/kube/client';
import { isStatusError, namespaces, type Pod, type PodSpec, pods } from '@serval/kube/objects';
import { createImageCatalogue, type NodeOptions, type RunningNode, startNode } from '@serval/node';

export interface Machine {
  client: Client;
  dataDir: string;
  node: RunningNode;
  /** Ends the node and starts another on the same data directory and API server. */
  restart(options: { stopPods: boolean }): Promise<void>;
  /** From now on requests of the node fail: every one, or those that are named. */
  loseApiServer(which?: (request: ApiRequest) => boolean): Promise<void>;
}

/** A real engine and a real node on a temporary directory, gone with the test. */
export async function startMachine(t: TestContext, options: Partial<NodeOptions> = {}): Promise<Machine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-node-'));
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log: silentLog });
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  let lost = (_request: ApiRequest): boolean => false;
  const transport: Transport = async (request) => {
    if (lost(request)) throw new Error('connection refused');
    return engine.handle(request);
  };
  const nodeClient = createClient({ transport, fieldManager: 'test' });
  await createNamespace(client);
  const start = () =>
    startNode({
      client: nodeClient,
      dataDir: join(dataDir, 'node'),
      name: 'here',
      // `node` runs scripts given as arguments; `shell` runs whatever the Pod's command says.
      images: createImageCatalogue([
        { match: 'test/node', command: [process.execPath, '-e'] },
        { match: 'test/shell', command: ['/bin/sh', '-c'] },
      ]),
      clusterProxyUrl: () => undefined,
      podNetwork: 'addresses',
      log: silentLog,
      drainDelayMs: 20,
      ...options,
    });
  const machine: Machine = {
    client,
    dataDir,
    node: await start(),
    async restart(how) {
      await machine.node.close(how);
      machine.node = await start();
    },
    async loseApiServer(which = () => true) {
      lost = which;
    },
  };
  t.after(async () => {
    await machine.node.close({ stopPods: false });
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return machine;
}

export async function createNamespace(client: Client): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  await client.create(namespaces, namespace).catch((error: unknown) => {
    if (!isStatusError(error, 'AlreadyExists')) throw error;
  });
}

export function podOf(name: string, spec: PodSpec): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

/** The Pod once it is as wanted; fails the test after 15 s, showing what it was. */
export async function podWhen(client: Client, name: string, wanted: (pod: Pod) => boolean): Promise<Pod> {
  const until = performance.now() + 15_000;
  for (;;) {
    const pod = await client.get(pods, { namespace: 'default', name });
    if (wanted(pod)) return pod;
    if (performance.now() > until) throw new Error(`Pod ${name} is not as wanted: ${JSON.stringify(pod.status)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function podGone(client: Client, name: string): Promise<void> {
  for (const until = performance.now() + 15_000; performance.now() < until; ) {
    try {
      await client.get(pods, { namespace: 'default', name });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return;
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Pod ${name} is still there`);
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

export async function logsOf(node: RunningNode, pod: string, container: string, query = ''): Promise<string> {
  const response = await node.kubelet({ method: 'GET', path: `/containerLogs/default/${pod}/${container}?${query}` });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return text;
}

/** Waits until the log is this text: what a process has written is not in the log at the very same moment. */
export async function logsAre(node: RunningNode, pod: string, container: string, expected: string): Promise<void> {
  let text = '';
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    text = await logsOf(node, pod, container);
    if (text === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the log of ${pod} is ${JSON.stringify(text)}, expected ${JSON.stringify(expected)}`);
}
