import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gatewayApiCrds } from '@serval/api';
import { startControllers } from '@serval/controllers';
import { startEngine } from '@serval/engine';
import { type Client, createClient, silentLog, writeKubeConfig } from '@serval/kube/client';
import {
  defineResource,
  endpointSlices,
  type JsonObject,
  type KubeObject,
  namespaces,
  serviceAccounts,
} from '@serval/kube/objects';
import { createImageCatalogue, startNode } from '@serval/node';
import { defaultNamespace, operatorServiceAccountName } from '@serval/operator/declarations';

export const definitions = defineResource<KubeObject & { spec: Record<string, unknown> }>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});
export const validatingWebhooks = defineResource<KubeObject & { webhooks?: Webhook[] }>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});
interface Webhook {
  name: string;
  clientConfig: { caBundle?: string; service?: { namespace: string; name: string; path?: string } };
  [field: string]: unknown;
}

export interface Cluster {
  client: Client;
  /** Of an administrator. */
  kubeconfig: string;
}

/**
 * A cluster with the Gateway API and nothing of Serval: API server, controllers and a node that runs the operator's image as it does in
 * a cluster, as its ServiceAccount and behind its Service.
 */
export async function startCluster(t: TestContext): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-install-'));
  // The last that was started stops first, and the folder goes when nobody writes into it any more.
  const stops: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  t.after(async () => {
    for (const stop of stops.toReversed()) await stop();
  });
  const engine = await startEngine({
    dataDir: join(directory, 'engine'),
    log: silentLog,
    callService: (service, body, signal) => callService(client, service, body, signal),
  });
  stops.push(() => engine.close());
  const client = createClient({ transport: engine.handle, fieldManager: 'test' });
  for (const definition of gatewayApiCrds()) await client.apply(definitions, definition as never, { force: true });
  const controllers = startControllers({ client, log: silentLog });
  stops.push(() => controllers.close());
  const operatorConfig = join(directory, 'operator.kubeconfig');
  await writeKubeConfig(operatorConfig, {
    name: 'operator',
    ...engine.kubeconfig,
    token: await operatorToken(client),
  });
  const main = fileURLToPath(new URL('../../packages/operator/src/main.ts', import.meta.url));
  const node = await startNode({
    client,
    dataDir: join(directory, 'node'),
    name: 'here',
    images: createImageCatalogue([
      {
        match: 'serval/operator',
        command: [process.execPath, '-C', '@serval/source', main, '--kubeconfig', operatorConfig],
      },
      // Stands for KServe's controller, of which only matters that it runs or does not.
      { match: 'kserve/*', command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'] },
    ]),
    clusterProxyUrl: () => 'http://127.0.0.1:9',
    podNetwork: process.platform === 'linux' ? 'addresses' : 'ports',
    log: silentLog,
    drainDelayMs: 100,
  });
  stops.push(() => node.close({ stopPods: true }));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'cluster', ...engine.kubeconfig });
  return { client, kubeconfig };
}

/** The account is there before the operator, as where somebody else makes accounts. */
async function operatorToken(client: Client): Promise<string> {
  const name = operatorServiceAccountName;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: defaultNamespace } });
  await client.create(serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: defaultNamespace, name },
  });
  const answer = await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${defaultNamespace}/serviceaccounts/${name}/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
  });
  const { status } = (await json(answer.body)) as { status: { token: string } };
  return status.token;
}

/** As an API server behind kube-proxy does: to a ready Pod of the Service, over TLS that the stored authority must have signed. */
async function callService(
  client: Client,
  service: { namespace: string; name: string; path: string; caBundle?: string },
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { namespace, name } = service;
  const slices = await client.list(endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${name}` });
  const [found] = slices.items.flatMap(({ endpoints = [], ports = [] }) =>
    endpoints.flatMap(({ addresses, conditions }) =>
      conditions?.ready ? [{ host: addresses[0], port: ports[0]?.port }] : [],
    ),
  );
  if (!found?.host || !found.port) throw new Error(`no endpoints available for service "${name}"`);
  const ca = Buffer.from(service.caBundle ?? '', 'base64').toString();
  if (ca === '') throw new Error('x509: certificate signed by unknown authority');
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
  const asking = request(
    { ...found, path: service.path, method: 'POST', ca, servername: `${name}.${namespace}.svc`, signal, agent: false },
    (response) => {
      void json(response).then((value) => resolve(value as JsonObject), reject);
    },
  );
  asking.on('error', reject);
  asking.end(JSON.stringify(body));
  return promise;
}
