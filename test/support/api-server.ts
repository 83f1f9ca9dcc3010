import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { crds, customResourceDefinitions, gatewayApiCrds } from '@serval/api';
import { startEngine } from '@serval/engine';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { createClient, createSocketTransport, loadKubeConfig, silentLog, type Transport } from '@serval/kube/client';
import type { JsonObject } from '@serval/kube/objects';
import { serveWebhooks, type Webhooks } from '@serval/operator';
import { defaultNamespace, type WebhookAddress } from '@serval/operator/declarations';
import { recordCreations } from './record-creations.ts';

/** An API server that a test may fill as it likes; what was made in it is gone with the test. */
export interface TestApiServer {
  /** As somebody who may do everything. */
  readonly transport: Transport;
  /** What webhook configurations must say, for the API server to find the webhooks that the test was started with. */
  readonly webhooks: WebhookAddress;
  /** The last thing of a test. */
  close(): Promise<void>;
}

/** Whether tests run against the API server that KUBECONFIG_UNDER_TEST names, and not against the embedded engine. */
export const underTest = process.env['KUBECONFIG_UNDER_TEST'];

export async function startTestApiServer(t: TestContext, webhooks: Webhooks): Promise<TestApiServer> {
  return underTest ? await useApiServer(underTest, webhooks) : await startOnEngine(t, webhooks);
}

async function startOnEngine(t: TestContext, webhooks: Webhooks): Promise<TestApiServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-engine-'));
  t.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const engine = await startEngine({
    dataDir,
    log: silentLog,
    callService: async ({ path = '/' }, body) => (await webhooks(path, body)) as unknown as JsonObject,
  });
  return {
    transport: engine.handle,
    webhooks: { service: { namespace: defaultNamespace } },
    close: () => engine.close(),
  };
}

/** Refuses a cluster in which somebody lives by the definitions that tests install and delete. */
async function useApiServer(kubeconfig: string, webhooks: Webhooks): Promise<TestApiServer> {
  const socket = createSocketTransport(await loadKubeConfig(kubeconfig));
  const bare = createClient({ transport: socket, fieldManager: 'test' });
  const groups = new Set([...crds(), ...gatewayApiCrds()].map(({ spec }) => spec.group));
  const { items } = await bare.list(customResourceDefinitions);
  const there = items.filter(({ spec }) => groups.has(spec.group)).map(({ metadata }) => metadata.name);
  if (there.length > 0) {
    await socket.close();
    throw new Error(
      `${kubeconfig}: there are definitions already (${there.join(', ')}); these tests need a cluster without`,
    );
  }
  const authority = await createAuthority('test', Date.now());
  const { certificate, key } = await createServerCertificate(authority, 'test', ['127.0.0.1'], Date.now());
  const served = await serveWebhooks({ webhooks, cert: certificate, key, log: silentLog });
  const { transport, deleteAll } = recordCreations(socket);
  return {
    transport,
    webhooks: { url: served.url, caBundle: Buffer.from(authority.certificate).toString('base64') },
    async close() {
      try {
        await deleteAll();
      } finally {
        await served.close(0);
        await socket.close();
      }
    },
  };
}
