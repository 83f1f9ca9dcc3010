import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startEngine } from '@serval/engine';
import {
  type Client,
  type Clock,
  createClient,
  createSocketTransport,
  type DiscoveredResource,
  discoverResources,
  silentLog,
} from '@serval/kube/client';
import { type AnyObject, apiVersionOf, type JsonObject, type Resource } from '@serval/kube/objects';
import { createCallOverTls, parseOperatorFlags, type RunningOperator, runOperator } from '@serval/operator';
import {
  type CertificateSource,
  crdsFor,
  operatorAccessObjects,
  operatorServiceAccountName,
  servingConfigMap,
  webhookConfigurations,
} from '@serval/operator/declarations';
import type { Recorded } from './rules.ts';

export const namespace = 'models-platform';

export interface Replica extends RunningOperator {
  readonly name: string;
  stop(): Promise<void>;
}

export interface TestCluster {
  /** The administrator's. */
  readonly client: Client;
  readonly kubeconfig: { server: string; caData: string; token: string };
  /** What the replicas asked of the API server. */
  readonly requests: Recorded[];
  startReplica(name: string, options?: { flags?: string[]; clock?: Clock }): Promise<Replica>;
  /** Service names that nobody answers for, as with a broken network. */
  readonly unreachable: Set<string>;
  resourceOf(object: AnyObject): Promise<Resource<AnyObject>>;
}

/**
 * An engine behind sockets with an installation's objects in it, in a namespace of another name. The Service of the webhooks is the
 * replicas that run; API server and probes reach it over TLS, trusting what is stored.
 */
export async function startTestCluster(
  t: TestContext,
  { certificates = 'self-managed' as CertificateSource, webhooks = true } = {},
): Promise<TestCluster> {
  const replicas: Replica[] = [];
  const unreachable = new Set<string>();
  const call = createCallOverTls(({ name }) => {
    const urls = replicas.flatMap((replica) => replica.parts?.server()?.url ?? []);
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
    await Promise.all([...replicas].map((replica) => replica.stop()));
    await engine.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  const resourceOf = createResourceOf(client);
  const address = { service: { namespace } };
  const objects = [
    ...[namespace, 'default'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...crdsFor(webhooks ? { webhooks: address } : {}),
    ...operatorAccessObjects({ webhooks, certificates }, namespace),
    servingConfigMap({ namespace, gateway: `${namespace}/gateway` }),
    ...(webhooks ? webhookConfigurations(address) : []),
  ] as AnyObject[];
  for (const object of objects) await client.apply(await resourceOf(object), object, { force: true });

  const requests: TestCluster['requests'] = [];
  const token = await tokenOf(client);
  return {
    client,
    kubeconfig: engine.kubeconfig,
    requests,
    unreachable,
    resourceOf,
    async startReplica(name, { flags = [], clock } = {}) {
      const { server, caData } = engine.kubeconfig;
      const socket = createSocketTransport({ server, caData, token });
      const stopping = new AbortController();
      const running = await runOperator({
        flags: parseOperatorFlags([
          ...['--namespace', namespace, '--pod-name', name, '--certificates', certificates],
          ...['--webhooks', webhooks ? 'on' : 'off', '--webhook-host', '127.0.0.1', '--webhook-port', '0'],
          ...['--health-host', '127.0.0.1', '--health-port', '0', '--metrics-port', '0', '--stop-seconds', '0'],
          ...flags,
        ]),
        transport: (request) => {
          const contentType = request.headers?.['content-type'];
          requests.push({ method: request.method, path: request.path, ...(contentType ? { contentType } : {}) });
          return socket(request);
        },
        hostName: name,
        log: silentLog,
        call,
        ...(clock ? { clock } : {}),
        signal: stopping.signal,
      });
      const replica: Replica = Object.assign(Object.create(running) as RunningOperator, {
        name,
        async stop() {
          const at = replicas.indexOf(replica);
          if (at < 0) return;
          replicas.splice(at, 1);
          stopping.abort(new Error('the test stops it'));
          await running.done;
          await socket.close();
        },
      });
      replicas.push(replica);
      return replica;
    },
  };
}

/** Of the operator's ServiceAccount, so that it may do what its rules say and nothing else. */
async function tokenOf(client: Client): Promise<string> {
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
