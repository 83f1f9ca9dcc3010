import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customResourceDefinitions } from '@serval/api';
import { startEngine } from '@serval/engine';
import {
  type Client,
  createClient,
  createSocketTransport,
  discoverResources,
  loadKubeConfig,
  silentLog,
  type Transport,
} from '@serval/kube/client';
import { type AnyObject, apiVersionOf, isStatusError, namespaces, nodes, type Resource } from '@serval/kube/objects';

/** What the operator works on: the embedded engine, or the API server of a kubeconfig. */
export interface ApiServer {
  readonly name: string;
  /** The administrator's. */
  readonly client: Client;
  /** Takes requests with a token of their own; without one it may refuse them. */
  readonly transport: Transport;
  /** Applies an object; ours to remove unless it was there before. */
  apply(object: AnyObject): Promise<void>;
  resourceOf(object: { apiVersion?: string; kind?: string }): Promise<Resource<AnyObject>>;
  close(): Promise<void>;
}

/** A fresh engine in this process, with nothing in it and nothing around it. */
export async function startEmbedded(): Promise<ApiServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-bench-operator-'));
  const engine = await startEngine({ dataDir, log: silentLog });
  const server = createApiServer('embedded engine', engine.handle, engine.handle);
  return {
    ...server,
    async close() {
      await engine.close();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * The API server that a kubeconfig leads to, left as it was found.
 *
 * @throws Error when it has nodes, which would run thousands of Pods, or Serval's or KServe's definitions.
 */
export async function connectOther(kubeconfig: string): Promise<ApiServer> {
  const config = await loadKubeConfig(kubeconfig);
  const { clientCert: _cert, clientKey: _key, token: _token, ...anonymous } = config;
  const administrator = createSocketTransport({ ...config, maxConnections: 64 });
  const others = createSocketTransport({ ...anonymous, maxConnections: 64 });
  const server = createApiServer(config.server, administrator, others);
  const { client } = server;
  const close = async () => {
    await Promise.all([administrator.close(), others.close()]);
  };
  try {
    const { items: found } = await client.list(nodes, { limit: 1 });
    if (found.length > 0)
      throw new Error(`${config.server} has nodes, which would run every service: give one without`);
    const { items } = await client.list(customResourceDefinitions);
    const taken = items.find(({ spec }) => spec.group === 'serving.kserve.io');
    if (taken) throw new Error(`${config.server} serves ${taken.metadata.name} already: give one without`);
  } catch (error) {
    await close();
    throw error;
  }
  const made: AnyObject[] = [];
  return {
    ...server,
    async apply(object) {
      const resource = await server.resourceOf(object);
      const { namespace, name = '' } = object.metadata;
      const target = { name, ...(namespace ? { namespace } : {}) };
      const there = await client.get(resource, target).catch(() => undefined);
      await server.apply(object);
      if (!there) made.push(object);
    },
    async close() {
      for (const { kind, metadata } of made)
        if (kind === 'Namespace') await emptyNamespace(client, metadata.name ?? '');
      for (const object of made.toReversed()) {
        const { namespace, name = '' } = object.metadata;
        const resource = await server.resourceOf(object);
        await client.delete(resource, { name, ...(namespace ? { namespace } : {}) }).catch(() => undefined);
        if (object.kind === 'Namespace') await finalizeNamespace(client, name);
      }
      await close();
    },
  };
}

/** Where no controllers run, nobody else removes what was in a namespace or belonged to an owner. */
async function emptyNamespace(client: Client, namespace: string): Promise<void> {
  const own = ['apis/serving.kserve.io/v1beta1/inferenceservices'];
  const children = ['apps/v1/deployments', 'apps/v1/replicasets', 'autoscaling/v2/horizontalpodautoscalers'];
  const routes = ['apis/gateway.networking.k8s.io/v1/httproutes'];
  const core = ['api/v1/services', 'api/v1/pods', 'api/v1/events'];
  for (const resource of [...own, ...children.map((path) => `apis/${path}`), ...routes, ...core]) {
    const at = resource.lastIndexOf('/');
    const path = `/${resource.slice(0, at)}/namespaces/${namespace}${resource.slice(at)}`;
    await send(client, 'DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  }
}

async function finalizeNamespace(client: Client, name: string): Promise<void> {
  const namespace = await client.get(namespaces, { name }).catch(() => undefined);
  if (!namespace) return;
  await send(client, 'PUT', `/api/v1/namespaces/${name}/finalize`, { ...namespace, spec: { finalizers: [] } });
}

async function send(client: Client, method: 'DELETE' | 'PUT', path: string, content: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { body } = await client.request({ method, path, headers, body: JSON.stringify(content) });
  for await (const _ of body);
}

function createApiServer(name: string, administrator: Transport, transport: Transport): Omit<ApiServer, 'close'> {
  const client = createClient({ transport: administrator, fieldManager: 'bench' });
  let served: Awaited<ReturnType<typeof discoverResources>> = [];
  async function resourceOf({ apiVersion, kind }: { apiVersion?: string; kind?: string }) {
    const find = () => served.find((found) => found.kind === kind && apiVersionOf(found) === apiVersion);
    // A definition takes a moment to be served.
    for (const end = Date.now() + 20_000; !find() && Date.now() < end; ) served = await discoverResources(client);
    const found = find();
    if (!found) throw new Error(`${name} does not serve ${apiVersion} ${kind}`);
    return found as Resource<AnyObject>;
  }
  return {
    name,
    client,
    transport,
    resourceOf,
    async apply(object) {
      const resource = await resourceOf(object);
      for (const end = Date.now() + 20_000; ; ) {
        try {
          await client.apply(resource, object, { force: true });
          return;
        } catch (error) {
          if (!isStatusError(error, 'NotFound') || Date.now() > end) throw error;
        }
      }
    },
  };
}
