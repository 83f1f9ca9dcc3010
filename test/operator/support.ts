import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  clusterServingRuntimes,
  customResourceDefinitions,
  type InferenceService,
  type InferenceServiceStatus,
  inferenceServices,
} from '@serval/api';
import { startControllers } from '@serval/controllers';
import { type RunningGateway, startGateway } from '@serval/gateway';
import { type ApiRequest, type Client, type Clock, createClient, type Log, silentLog } from '@serval/kube/client';
import {
  type AnyObject,
  apiVersionOf,
  configMaps,
  defineResource,
  gatewayClasses,
  gateways,
  isStatusError,
  type KubeObject,
  namespaces,
  type Resource,
} from '@serval/kube/objects';
import { createImageCatalogue, type RunningNode, startNode } from '@serval/node';
import { createMetrics, type Operator, startOperator } from '@serval/operator';
import { defaultNamespace, operatorServiceAccountName, platformObjects } from '@serval/operator/declarations';
import { startTestApiServer } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import { uncovered } from './access.ts';

const admission = (plural: string, kind: string) =>
  defineResource<KubeObject>({ group: 'admissionregistration.k8s.io', version: 'v1', plural, kind, namespaced: false });

const access = (plural: string, kind: string, namespaced: boolean) =>
  defineResource<KubeObject>({ group: 'rbac.authorization.k8s.io', version: 'v1', plural, kind, namespaced });

const resources: readonly Resource[] = [
  defineResource<KubeObject>({
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    kind: 'ServiceAccount',
    namespaced: true,
  }),
  access('roles', 'Role', true),
  access('rolebindings', 'RoleBinding', true),
  access('clusterroles', 'ClusterRole', false),
  access('clusterrolebindings', 'ClusterRoleBinding', false),
  namespaces,
  customResourceDefinitions,
  gatewayClasses,
  gateways,
  configMaps,
  clusterServingRuntimes,
  admission('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  admission('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
];

export function resourceOf(object: KubeObject): Resource<KubeObject> {
  const found = resources.find(
    (resource) => resource.kind === object.kind && apiVersionOf(resource) === object.apiVersion,
  );
  if (!found) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`);
  return found as Resource<KubeObject>;
}

const operatorUser = `system:serviceaccount:${defaultNamespace}:${operatorServiceAccountName}`;

export interface TestPlatform {
  /** The administrator's. */
  client: Client;
  /** One for somebody whom access rules bind. */
  clientAs(user: string): Client;
  operator: Operator;
  /** What the operator changed, Events left out: `PATCH /apis/…`. */
  writes: string[];
  /** Ends the operator and starts another. */
  restartOperator(): Promise<void>;
  /** Lets the operator write so often (of what is counted; default: everything), and then cuts it off from the API server, as if it were killed, until it is started anew. */
  cutOffAfter(writes: number, isCounted?: (write: string) => boolean): void;
  isCutOff(): boolean;
  /** What the operator logged and what its metrics are now. */
  told(): string;
  /** What is to end before the operator does and the API server goes, the last first. */
  onStop(stop: Stop): void;
}

type Stop = () => Promise<unknown> | unknown;

export interface TestPlatformOptions {
  readonly gatewayPort?: number;
  readonly clock?: Clock;
  /** Where the operator may ask for Secrets as in the platform's credential namespace. Default: in that alone. */
  readonly credentialNamespaces?: readonly string[];
}

/**
 * An API server (the embedded engine, or that of KUBECONFIG_UNDER_TEST) with the platform's objects in it and the operator on it, gone
 * with the test. Nothing runs Pods.
 */
export async function startTestPlatform(
  t: TestContext,
  { gatewayPort = 18080, clock, credentialNamespaces }: TestPlatformOptions = {},
): Promise<TestPlatform> {
  const time = clock ? { clock } : {};
  let operator: Operator | undefined;
  const apiServer = await startTestApiServer(t, async (path, body) => {
    if (!operator) throw new Error('the operator has not started');
    return await operator.webhooks(path, body);
  });
  const stops: Stop[] = [() => apiServer.close()];
  t.after(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  const client = createClient({ transport: apiServer.transport, fieldManager: 'test' });
  for (const object of platformObjects({ gatewayPort, webhooks: apiServer.webhooks })) {
    // A kind is served a moment after its definition was taken.
    await eventually(() =>
      client.apply(resourceOf(object), object as AnyObject, { force: true, fieldValidation: 'Strict' }),
    );
  }
  await client
    .create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
    .catch((error) => {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
    });
  const writes: string[] = [];
  let writesLeft = Number.POSITIVE_INFINITY;
  let isCutOff = false;
  let isCounted = (_write: string) => true;
  const requests: Pick<ApiRequest, 'method' | 'path'>[] = [];
  const counting = createClient({
    fieldManager: 'serval',
    transport: (request) => {
      requests.push({ method: request.method, path: request.path });
      const path = request.path.split('?')[0] ?? '';
      const asks = path.endsWith('accessreviews');
      if (request.method !== 'GET' && !path.includes('/events') && !asks) {
        const write = `${request.method} ${path}`;
        if (isCounted(write)) {
          isCutOff ||= writesLeft === 0;
          writesLeft -= 1;
        }
        if (!isCutOff) writes.push(write);
      }
      // Admission goes on, as another replica answers it.
      if (isCutOff && !asks) throw new Error('the operator is cut off');
      // Under its own rules: what they do not allow is refused.
      return apiServer.transport({ ...request, headers: { ...request.headers, 'impersonate-user': operatorUser } });
    },
  });
  const lines: string[] = [];
  const keep = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  let metrics = createMetrics();
  operator = startOperator({ client: counting, log, metrics, ...time });
  stops.push(async () => {
    await operator?.close();
    assert.deepEqual(
      uncovered(requests, undefined, credentialNamespaces),
      [],
      'the operator asks for no more than it declares',
    );
  });
  await operator.ready;
  async function restartOperator(): Promise<void> {
    await operator?.close();
    isCutOff = false;
    writesLeft = Number.POSITIVE_INFINITY;
    metrics = createMetrics();
    operator = startOperator({ client: counting, log, metrics, ...time });
    await operator.ready;
  }
  const clientAs = (user: string) =>
    createClient({
      fieldManager: 'test',
      transport: (request) =>
        apiServer.transport({ ...request, headers: { ...request.headers, 'impersonate-user': user } }),
    });
  return {
    client,
    clientAs,
    operator,
    writes,
    restartOperator,
    cutOffAfter(count, counted = () => true) {
      isCounted = counted;
      writesLeft = count;
    },
    isCutOff: () => isCutOff,
    told: () => `${lines.join('\n')}\n${metrics.render()}`,
    onStop: (stop) => void stops.push(stop),
  };
}

export type ImageEntry = Parameters<typeof createImageCatalogue>[0][number];

export interface RunningPlatform extends TestPlatform {
  gateway: RunningGateway;
  node: RunningNode;
}

/** The whole of it: controllers, a node that runs Serval's own programs, and a gateway. */
export async function startRunningPlatform(
  t: TestContext,
  { images = [] }: { images?: readonly ImageEntry[] } = {},
): Promise<RunningPlatform> {
  const platform = await startTestPlatform(t);
  const { client, onStop } = platform;
  const gateway = await startGateway({ client, address: '127.0.0.1', port: 0, internalPort: 0, log: silentLog });
  onStop(() => gateway.close());
  const port = Number(gateway.external.split(':').at(-1));
  for (const object of platformObjects({ gatewayPort: port })) {
    if (object.kind === 'Gateway') await client.apply(gateways, object as never, { force: true });
  }
  const controllers = startControllers({ client, log: silentLog });
  onStop(() => controllers.close());
  const node = await startNode({
    client,
    dataDir: await temporaryDirectory(t),
    name: 'here',
    images: createImageCatalogue([
      ...[
        ['serval/model-server', '@serval/server/main'],
        ['serval/storage-initializer', '@serval/storage/main'],
      ].map(([match = '', program = '']) => ({
        match,
        command: [process.execPath, '-C', '@serval/source', fileURLToPath(import.meta.resolve(program))],
      })),
      ...images,
    ]),
    clusterProxyUrl: () => `http://${gateway.internal}`,
    podNetwork: 'addresses',
    log: silentLog,
    drainDelayMs: 200,
  });
  onStop(() => node.close({ stopPods: false }));
  return { ...platform, gateway, node };
}

/** The status of a service once it is as wanted; fails the test after a minute, showing what it was. */
export async function statusWhen(
  client: Client,
  name: string,
  wanted: (status: InferenceServiceStatus, service: InferenceService) => boolean,
): Promise<InferenceServiceStatus> {
  return await eventually(async () => {
    const service = await client.get(inferenceServices, { namespace: 'default', name });
    const { status } = service;
    if (!status || status.observedGeneration !== service.metadata.generation || !wanted(status, service)) {
      throw new Error(`the status of ${name} is ${JSON.stringify(status, null, 1)}`);
    }
    return status;
  }, 30_000);
}

export const isReady = ({ conditions }: InferenceServiceStatus): boolean =>
  conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

export function serviceOf(name: string, predictor: InferenceService['spec']['predictor']): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'default', name },
    spec: { predictor },
  };
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-operator-'));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}
