import type { KeyObject } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { createRuleChecker } from '@serval/kube/cel';
import type { KeyPair } from '@serval/kube/certificates';
import { type AnyObject, type JsonObject, parseApiVersion, StatusError } from '@serval/kube/objects';
import {
  applyStrategicMerge,
  builtinSchema,
  decodeKubernetesProtobuf,
  ProtobufError,
  type StructuralSchema,
} from '@serval/kube/schema';
import {
  createAuthorizer,
  createServiceAccountTokens,
  firstRoles,
  loadTokenKey,
  withoutEscalation,
} from './access/index.ts';
import { createAdmission } from './admission/admission.ts';
import { type CallWebhook, createCallWebhook } from './admission/webhook-client.ts';
import { startDefinitions } from './crd/controller.ts';
import { findNameConflict } from './crd/name-conflict.ts';
import { administrator, createAuthenticator } from './http/authenticate.ts';
import { createCallKubelet } from './http/call-kubelet.ts';
import { createHandler } from './http/handler.ts';
import { listen } from './http/server.ts';
import type { Services } from './http/services.ts';
import { builtInResources } from './kinds/built-in.ts';
import { createOpenApi } from './openapi/openapi.ts';
import type { Engine, EngineOptions } from './options.ts';
import { loadCredentials } from './pki/credentials.ts';
import { ensureDirectory } from './pki/files.ts';
import { type Catalogue, createCatalogue } from './registry/catalogue.ts';
import { createObject } from './registry/create.ts';
import type { RegistryDeps } from './registry/deps.ts';
import { startExpiringEvents } from './registry/expire-events.ts';
import { fieldOwnership } from './registry/ownership.ts';
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
  // Every watch listens to it.
  setMaxListeners(0, closing.signal);
  let end = () => {};
  try {
    const credentials = await loadCredentials(join(dataDir, 'pki'), host, clock());
    const callWebhook = createCallWebhook(options.callService);
    const tokenKey = await loadTokenKey(join(dataDir, 'pki'));
    const services = createServices(store, callWebhook, credentials.authority, tokenKey, { ...options, clock });
    const endDefinitions = startDefinitions(services.registry, callWebhook, closing.signal);
    const endExpiring = startExpiringEvents(services.registry);
    end = () => {
      endDefinitions();
      endExpiring();
    };
    await createFirstObjects(services.registry);
    const handler = createHandler({
      services,
      authenticate: createAuthenticator(credentials.token, services.tokens),
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
          end();
          await server.close();
          await store.close();
        })();
        return closed;
      },
    };
  } catch (error) {
    closing.abort();
    end();
    await store.close();
    throw error;
  }
}

function createServices(
  store: Store,
  callWebhook: CallWebhook,
  authority: KeyPair,
  tokenKey: KeyObject,
  options: EngineOptions & { clock(): number },
): Services {
  const { log, clock } = options;
  const rules = createRuleChecker();
  const authorizer = createAuthorizer(store);
  const tokens = createServiceAccountTokens(tokenKey, store, clock);
  const catalogue: Catalogue = createCatalogue(
    builtInResources(
      loadBuiltInSchema,
      (definition) => findNameConflict(catalogue, definition),
      rules,
      authorizer,
      tokens,
    ),
  );
  const registry: RegistryDeps = {
    store,
    write: (write) => writeObject({ store, log }, write),
    catalogue,
    admission: withoutEscalation(createAdmission({ store, catalogue, callWebhook, log }), authorizer),
    ownership: fieldOwnership,
    rules,
    log,
    clock,
  };
  return {
    registry,
    authorizer,
    tokens,
    decodeProtobuf,
    strategicMerge: (resource, live, patch) =>
      applyStrategicMerge(
        live as unknown as JsonObject,
        patch as JsonObject,
        resource.schema(),
      ) as unknown as AnyObject,
    encodeEvent: createEventEncoder(),
    answerOpenApi: createOpenApi(catalogue),
    callKubelet: options.callKubelet ?? createCallKubelet(registry, authority, clock),
    log,
  };
}

function loadBuiltInSchema(apiVersion: string, kind: string): StructuralSchema | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  return builtinSchema(group, version, kind);
}

function decodeProtobuf(bytes: Uint8Array): unknown {
  try {
    return decodeKubernetesProtobuf(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new StatusError('BadRequest', `couldn't read the body as protobuf: ${error.message}`, { cause: error });
  }
}

const firstNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What every cluster has from the start, unless it is there or was changed. */
async function createFirstObjects(registry: RegistryDeps): Promise<void> {
  const namespaces = firstNamespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  // All at once, so that they share a commit.
  await Promise.all([...namespaces, ...firstRoles].map((object) => createIfMissing(registry, object)));
}

async function createIfMissing(registry: RegistryDeps, object: AnyObject): Promise<void> {
  const { group, version } = parseApiVersion(object.apiVersion ?? '');
  const resource = registry.catalogue.find(group, version, `${object.kind?.toLowerCase()}s`)!;
  if (registry.store.get(resource.stored.id, `/${object.metadata.name}`)) return;
  await createObject(registry, resource, '', structuredClone(object), {
    dryRun: false,
    fieldManager: 'serval-engine',
    fieldValidation: 'Strict',
    user: administrator,
    signal: new AbortController().signal,
    warn: () => {},
  });
}
