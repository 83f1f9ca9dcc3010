import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine } from '@serval/engine';
import {
  type Client,
  type Clock,
  createClient,
  createSocketTransport,
  type DiscoveredResource,
  discoverResources,
  type Log,
  silentLog,
} from '@serval/kube/client';
import { type AnyObject, apiVersionOf, type JsonObject, namespaces, type Resource } from '@serval/kube/objects';
import { createCallOverTls, parseOperatorFlags, type RunningOperator, runOperator } from '@serval/operator';
import {
  type CertificateSource,
  crdsFor,
  operatorAccessObjects,
  operatorServiceAccountName,
  servingConfigMap,
  watchedNamespaceAccess,
  webhookConfigurations,
} from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import type { Recorded } from './rules.ts';
import type { ShiftedClock } from './shifted-clock.ts';

export const namespace = 'models-platform';

export interface Replica extends RunningOperator {
  readonly name: string;
  stop(): Promise<void>;
}

export interface InstallOptions {
  readonly namespace: string;
  readonly certificates?: CertificateSource;
  readonly webhooks?: boolean;
  /** Serves only these. */
  readonly watchNamespaces?: readonly string[];
  /** Default true. */
  readonly clusterScoped?: boolean;
}

/** An installation's objects, and the replicas of its operator. */
export interface Installation {
  /** What the replicas asked of the API server, and how many of that was refused. */
  readonly requests: Recorded[];
  readonly refused: string[];
  /** Of the operator's ServiceAccount. */
  readonly token: string;
  /** What the replicas logged. */
  readonly told: string[];
  startReplica(name: string, options?: { flags?: string[]; clock?: Clock }): Promise<Replica>;
  /** Arguments of the program, for one that runs as a process. */
  argumentsOf(name: string): string[];
}

export interface EmptyCluster {
  /** The administrator's. */
  readonly client: Client;
  readonly kubeconfig: { server: string; caData: string; token: string };
  /** Service names that nobody answers for, as with a broken network. */
  readonly unreachable: Set<string>;
  resourceOf(object: AnyObject): Promise<Resource<AnyObject>>;
  apply(objects: readonly AnyObject[]): Promise<void>;
  /**
   * Lets time pass for the replicas of this clock, then waits until each installation of theirs is led again and all that they asked for was
   * answered. Without the waiting, leases and watches end faster than a busy machine renews them, and nothing ever comes to its end.
   */
  pass(clock: ShiftedClock, ms: number): Promise<void>;
  install(options: InstallOptions): Promise<Installation>;
}

export type TestCluster = Omit<EmptyCluster, 'install'> & Installation;

/**
 * An engine behind sockets with an installation's objects in it, in a namespace of another name. The Service of the webhooks is the
 * replicas that run; API server and probes reach it over TLS, trusting what is stored.
 */
export async function startTestCluster(
  t: TestContext,
  { certificates = 'self-managed' as CertificateSource, webhooks = true } = {},
): Promise<TestCluster> {
  const cluster = await startEmptyCluster(t);
  await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }]);
  return { ...cluster, ...(await cluster.install({ namespace, certificates, webhooks })) };
}

/** An engine behind sockets, in which several operators may be installed. */
export async function startEmptyCluster(t: TestContext): Promise<EmptyCluster> {
  /** By the namespace of the Service. */
  const replicas = new Map<string, Replica[]>();
  const unreachable = new Set<string>();
  const clocks = new WeakMap<Replica, Clock>();
  const unanswered = new Map<Clock | undefined, number>();
  const call = createCallOverTls(({ name, namespace }) => {
    const urls = (replicas.get(namespace) ?? []).flatMap((replica) => replica.parts?.server()?.url ?? []);
    const url = unreachable.has(name) ? undefined : urls[Math.floor(Math.random() * urls.length)];
    if (!url) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    return { host: new URL(url).hostname, port: Number(new URL(url).port) };
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-replicas-'));
  const engine = await startEngine({
    dataDir,
    log: silentLog,
    callService: async ({ caBundle, ...service }, body, signal) =>
      (await call({ service, ...(caBundle ? { caBundle } : {}) }, body, signal)) as JsonObject,
  });
  t.after(async () => {
    await Promise.all([...replicas.values()].flat().map((replica) => replica.stop()));
    await engine.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  const resourceOf = createResourceOf(client);
  async function apply(objects: readonly AnyObject[]): Promise<void> {
    for (const object of objects) await client.apply(await resourceOf(object), object, { force: true });
  }

  async function install(options: InstallOptions): Promise<Installation> {
    const {
      namespace,
      certificates = 'self-managed',
      webhooks = true,
      watchNamespaces,
      clusterScoped = true,
    } = options;
    const restricted = watchNamespaces && { clusterScoped };
    const address = { service: { namespace } };
    await apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...(crdsFor(webhooks ? { webhooks: address } : {}) as unknown as AnyObject[]),
      ...operatorAccessObjects({ webhooks, certificates, restricted }, namespace),
      servingConfigMap({ namespace, gateway: `${namespace}/gateway` }) as unknown as AnyObject,
      ...(webhooks
        ? (webhookConfigurations(address, watchNamespaces && { namespace, watchNamespaces }) as AnyObject[])
        : []),
    ]);
    for (const watched of watchNamespaces ?? []) await giveAccess(client, apply, options, watched);

    const requests: Recorded[] = [];
    const refused: string[] = [];
    const told: string[] = [];
    const keep = (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: () => {}, info: keep, warn: keep, error: keep };
    const token = await tokenOf(client, namespace);
    const own: Replica[] = [];
    replicas.set(namespace, own);
    const argumentsOf = (name: string) => [
      ...['--namespace', namespace, '--pod-name', name, '--certificates', certificates],
      ...['--webhooks', webhooks ? 'on' : 'off', '--webhook-host', '127.0.0.1', '--webhook-port', '0'],
      ...['--health-host', '127.0.0.1', '--health-port', '0', '--metrics-port', '0', '--stop-seconds', '0'],
      ...(watchNamespaces
        ? [
            ...['--watch-namespaces', watchNamespaces.join(','), '--cluster-scoped', clusterScoped ? 'on' : 'off'],
            ...['--webhook-configuration', `serval.${namespace}`],
          ]
        : []),
    ];
    return {
      requests,
      refused,
      told,
      token,
      argumentsOf,
      async startReplica(name, { flags = [], clock } = {}) {
        const { server, caData } = engine.kubeconfig;
        const socket = createSocketTransport({ server, caData, token });
        const stopping = new AbortController();
        const running = await runOperator({
          flags: parseOperatorFlags([...argumentsOf(name), ...flags]),
          transport: async (request) => {
            const contentType = request.headers?.['content-type'];
            requests.push({ method: request.method, path: request.path, ...(contentType ? { contentType } : {}) });
            const count = (change: number) => unanswered.set(clock, (unanswered.get(clock) ?? 0) + change);
            count(1);
            try {
              const response = await socket(request);
              if (response.status === 403) refused.push(`${request.method} ${request.path}`);
              // A watch is answered when it begins.
              if (request.path.includes('watch=true')) count(-1);
              else response.body = followed(response.body, () => count(-1));
              return response;
            } catch (error) {
              count(-1);
              throw error;
            }
          },
          hostName: name,
          log,
          call,
          ...(clock ? { clock } : {}),
          signal: stopping.signal,
        });
        const replica: Replica = Object.assign(Object.create(running) as RunningOperator, {
          name,
          async stop() {
            const at = own.indexOf(replica);
            if (at < 0) return;
            own.splice(at, 1);
            stopping.abort(new Error('the test stops it'));
            await running.done;
            await socket.close();
          },
        });
        if (clock) clocks.set(replica, clock);
        own.push(replica);
        return replica;
      },
    };
  }
  async function pass(clock: ShiftedClock, ms: number): Promise<void> {
    clock.advance(ms);
    // What is due by now is asked for in this time.
    await sleep(0);
    await eventually(async () => {
      assert.equal(unanswered.get(clock) ?? 0, 0, 'requests are unanswered');
      for (const all of replicas.values()) {
        const own = all.filter((replica) => clocks.get(replica) === clock);
        assert.ok(own.length === 0 || own.some(({ isLeader }) => isLeader), 'nobody leads');
      }
    });
  }
  return { client, kubeconfig: engine.kubeconfig, unreachable, resourceOf, apply, pass, install };
}

async function* followed(body: AsyncIterable<Uint8Array>, ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    ended();
  }
}

/** What the administrator applies in a namespace that is to be served, once it is there. */
async function giveAccess(
  client: Client,
  apply: EmptyCluster['apply'],
  { namespace }: InstallOptions,
  watched: string,
): Promise<void> {
  const exists = await client.get(namespaces, { name: watched }).catch(() => undefined);
  if (!exists) return;
  await apply(watchedNamespaceAccess(namespace, watched));
}

/** Of the operator's ServiceAccount, so that it may do what its rules say and nothing else. */
async function tokenOf(client: Client, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${operatorServiceAccountName}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const response = await client.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).status.token;
}

/** What is served now; asked again when a kind is new. */
function createResourceOf(client: Client) {
  let known: DiscoveredResource[] = [];
  return async ({ apiVersion, kind }: AnyObject): Promise<Resource<AnyObject>> => {
    const find = () => known.find((found) => found.kind === kind && apiVersionOf(found) === apiVersion);
    if (!find()) known = await discoverResources(client);
    const found = find();
    if (!found) throw new Error(`nothing serves ${apiVersion} ${kind}`);
    return found as Resource<AnyObject>;
  };
}
