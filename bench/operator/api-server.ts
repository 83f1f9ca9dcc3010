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
import { type AnyObject, apiVersionOf, isStatusError, nodes, type Resource } from '@serval/kube/objects';

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
      for (const object of made.toReversed()) {
        const { namespace, name = '' } = object.metadata;
        const resource = await server.resourceOf(object);
        await client.delete(resource, { name, ...(namespace ? { namespace } : {}) }).catch(() => undefined);
      }
      await close();
    },
  };
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
