import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startControllers } from '@serval/controllers';
import { startEngine } from '@serval/engine';
import {
  type Client,
  createClient,
  createReflector,
  type Log,
  type Reflector,
  silentLog,
  type Transport,
} from '@serval/kube/client';
import { type Deployment, type KubeObject, type Pod, pods, type Resource } from '@serval/kube/objects';

export interface Cluster {
  client: Client;
  signal: AbortSignal;
  /** Writes that the controllers made: `PATCH /apis/…`. */
  writes: string[];
  reflect<T extends KubeObject>(resource: Resource<T>): Reflector<T>;
}

/** An engine in a temporary directory with all controllers, stopped with the test. */
export async function startCluster(t: TestContext): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-controllers-'));
  const log: Log = process.env['SHOW_LOG'] ? consoleLog : silentLog;
  const engine = await startEngine({ dataDir, log });
  const stop = new AbortController();
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  const writes: string[] = [];
  const counted: Transport = (request) => {
    if (request.method !== 'GET') writes.push(`${request.method} ${request.path}`);
    return engine.handle(request);
  };
  const controllers = startControllers({
    client: createClient({ transport: counted, fieldManager: 'serval-controllers' }),
    log,
  });
  t.after(async () => {
    stop.abort(new Error('the test is over'));
    await controllers.close();
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const reflect = <T extends KubeObject>(resource: Resource<T>) =>
    createReflector({ client, resource, signal: stop.signal, log });
  return { client, signal: stop.signal, writes, reflect };
}

/** Resolves with the first answer of `find`, asked again after every change of the reflector; fails after 20 s. */
export async function until<T extends KubeObject, R>(
  reflector: Reflector<T>,
  find: () => R | undefined | false,
): Promise<R> {
  const found = Promise.withResolvers<R>();
  const look = () => {
    const result = find();
    if (result !== undefined && result !== false) found.resolve(result);
  };
  const stop = reflector.onChange(look);
  const timer = setTimeout(() => {
    const there = reflector
      .list()
      .map(({ kind, metadata, ...rest }) => [metadata.name, metadata.deletionTimestamp, rest]);
    found.reject(new Error(`${find} did not come true; there are ${JSON.stringify(there)}`));
  }, 20_000);
  look();
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Does what a node does to Pods, as far as controllers see it: every Pod becomes ready, or goes once it is deleted. */
export function startFakeNode(
  { client, reflect, signal }: Cluster,
  ready: (pod: Pod) => boolean = () => true,
): Reflector<Pod> {
  const reflector = reflect(pods);
  const started = new Set<string>();
  let next = 10;
  reflector.onChange(({ type, object }) => {
    if (type === 'deleted' || signal.aborted) return;
    void tend(object).catch(() => {});
  });
  async function tend(pod: Pod): Promise<void> {
    const target = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '' };
    if (pod.metadata.deletionTimestamp) {
      await client.delete(pods, target, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } });
    } else if (!started.has(pod.metadata.uid ?? '') && ready(pod)) {
      started.add(pod.metadata.uid ?? '');
      next += 1;
      const now = `${new Date().toISOString().slice(0, 19)}Z`;
      const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }];
      const status = { phase: 'Running', podIP: `127.1.0.${next}`, conditions };
      await client.patch(pods, target, 'merge', { status }, { subresource: 'status' });
    }
  }
  return reflector;
}

export function deploymentOf(name: string, replicas: number, image = 'web:1'): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
    },
  };
}

const consoleLog: Log = {
  debug: (fields, message) => console.error('debug', message, fields),
  info: (fields, message) => console.error('info', message, fields),
  warn: (fields, message) => console.error('warn', message, fields),
  error: (fields, message) => console.error('error', message, fields),
};
