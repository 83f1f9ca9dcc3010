import { join } from 'node:path';
import { StatusError } from '@serval/kube/objects';
import { administrator, createAuthenticator } from './http/authenticate.ts';
import { createHandler } from './http/handler.ts';
import { listen } from './http/server.ts';
import type { Services } from './http/services.ts';
import { builtInResources } from './kinds/built-in.ts';
import type { Engine, EngineOptions } from './options.ts';
import { loadCredentials } from './pki/credentials.ts';
import { ensureDirectory } from './pki/files.ts';
import { createCatalogue } from './registry/catalogue.ts';
import { createObject } from './registry/create.ts';
import type { RegistryDeps } from './registry/deps.ts';
import { writeObject } from './registry/write.ts';
import { openStore, type Store } from './store/store.ts';
import { createEventEncoder } from './watch/event-encoder.ts';

/**
 * Starts a Kubernetes API server on `dataDir`. Throws `EngineError` when the directory cannot be written or is in use,
 * or the port is taken.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir, host = '127.0.0.1', port = 0, log, clock = Date.now } = options;
  await ensureDirectory(dataDir);
  const store = openStore(dataDir);
  const closing = new AbortController();
  try {
    const credentials = await loadCredentials(join(dataDir, 'pki'), host, clock());
    const services = createServices(store, { ...options, clock });
    await createFirstObjects(services.registry);
    const handler = createHandler({
      services,
      authenticate: createAuthenticator(credentials.token),
      closing: closing.signal,
    });
    const server = await listen({ handle: handler(false), host, port, certificate: credentials.server, log });
    let closed: Promise<void> | undefined;
    return {
      handle: handler(true),
      url: server.url,
      kubeconfig: { server: server.url, caData: credentials.authority.certificate, token: credentials.token },
      close: () => {
        closed ??= (async () => {
          closing.abort();
          await server.close();
          await store.close();
        })();
        return closed;
      },
    };
  } catch (error) {
    closing.abort();
    await store.close();
    throw error;
  }
}

function createServices(store: Store, options: EngineOptions & { clock(): number }): Services {
  const { log, clock } = options;
  const catalogue = createCatalogue(builtInResources(() => undefined));
  const registry: RegistryDeps = {
    store,
    write: (write) => writeObject({ store, log }, write),
    catalogue,
    admission: { mutate: async ({ object }) => object!, validate: async () => {} },
    ownership: { recordUpdate: ({ next }) => next, apply: ({ applied }) => applied },
    log,
    clock,
  };
  return {
    registry,
    decodeProtobuf: () => {
      throw new StatusError('UnsupportedMediaType', 'protobuf bodies are not accepted');
    },
    strategicMerge: (_resource, live) => live,
    encodeEvent: createEventEncoder(),
    callKubelet: options.callKubelet,
    log,
  };
}

const firstNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What every cluster has from the start. */
async function createFirstObjects(registry: RegistryDeps): Promise<void> {
  const namespaces = registry.catalogue.find('', 'v1', 'namespaces')!;
  for (const name of firstNamespaces) {
    if (registry.store.get(namespaces.stored.id, `/${name}`)) continue;
    await createObject(
      registry,
      namespaces,
      '',
      { metadata: { name } },
      {
        dryRun: false,
        fieldManager: 'serval-engine',
        fieldValidation: 'Strict',
        user: administrator,
        signal: new AbortController().signal,
        warn: () => {},
      },
    );
  }
}
