import { join } from 'node:path';
import { startControllers } from '@serval/controllers';
import type { Client } from '@serval/kube/client';
import type { AnyObject } from '@serval/kube/objects';
import { startNode } from '@serval/node';
import { type Operator, startOperator, startWebhookHealth } from '@serval/operator';
import { platformObjects, type WebhookAddress, webhookConfigurations } from '@serval/operator/declarations';
import { applyInOrder } from './apply-in-order.ts';
import { checkPort } from './check-port.ts';
import type { ControlPlane, ControlPlaneOptions, Stops } from './control-plane.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { loadImageCatalogue } from './images.ts';
import { modelStoreObjects, nodeName, systemNamespace } from './model-store-objects.ts';
import { useOtherApiServer } from './other-api-server.ts';
import { portOf, type RunningGateway, startSupervisedGateway } from './supervised-gateway.ts';

export interface PlatformOptions extends ControlPlaneOptions {
  /** Absolute, writable and locked by the caller. */
  dataDir: string;
  gatewayPort: number;
  podNetwork: 'addresses' | 'ports';
  /** Folder of the model store. */
  modelStore: string;
  /** Variables that every program started here gets: PATH, HOME … */
  env: Record<string, string>;
  /** Ends a start that is under way. */
  signal: AbortSignal;
  /** Progress for a person: one line for each part that is up. */
  onProgress(line: string): void;
}

export interface Platform {
  client: Client;
  apiServer: string;
  kubeconfig: string;
  gateway: RunningGateway;
  /** Resolves with the reason when a part fails for good; never while all is well. */
  failed: Promise<Error>;
  /** Stops Pods, gateway, operator and engine, in this order; nothing of it is left running. */
  close(): Promise<void>;
}

/** Of the platform's objects, those that are applied before its parts start. */
const firstKinds: ReadonlySet<string> = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
]);
const loopback = '127.0.0.1';
/** A Service that nobody has to create: the embedded engine calls it in this process. */
const inProcessWebhooks: WebhookAddress = { service: { namespace: systemNamespace } };

/** The composition root of `serval up`. Whatever was started is stopped again when a later part fails. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataDir, log, onProgress } = options;
  const stops: Stops = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) {
      await Promise.resolve(stop()).catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'));
    }
  };
  try {
    await checkPort(loopback, options.gatewayPort, '--gateway-port');
    const controlPlane = await startControlPlane(options, stops);
    const { client, kubeconfig, scheduling } = controlPlane;
    options.signal.throwIfAborted();
    onProgress(`API server  ${controlPlane.apiServer}`);

    // On a second start, what is stored leads to webhooks already: they are to be found before anything asks for them.
    const operator = createLateOperator(controlPlane, log, stops);
    const webhooks = (await controlPlane.connectWebhooks(operator.webhooks)) ?? inProcessWebhooks;
    // Kinds, and who the operator is, first: the gateway reads some kinds, and its port must be known before the Gateway is written.
    const isFirst = ({ kind = '' }: AnyObject) => firstKinds.has(kind);
    await applyInOrder(client, platformObjects({ gatewayPort: options.gatewayPort, webhooks }).filter(isFirst));

    let failed: (reason: Error) => void = () => undefined;
    const failure = new Promise<Error>((resolve) => {
      failed = resolve;
    });
    // Side by side, as the gateway is a process of its own. Both are waited for, so that both can be stopped.
    const gatewayStops: Stops = [];
    operator.start();
    const [webhookStart, gatewayStart] = await Promise.allSettled([
      // Those of a start that was killed may still lead to where nobody listens.
      applyInOrder(client, webhookConfigurations(webhooks) as unknown as AnyObject[]),
      startSupervisedGateway({ ...options, kubeconfig, port: options.gatewayPort }, gatewayStops, (reason) =>
        failed(reason),
      ),
    ]);
    stops.push(...gatewayStops);
    startedOf(webhookStart);
    const gateway = startedOf(gatewayStart);
    options.signal.throwIfAborted();
    onProgress(`gateway     http://${gateway.external}`);
    const objects = platformObjects({ gatewayPort: portOf(gateway.external), webhooks });
    await applyInOrder(
      client,
      objects.filter((object) => !isFirst(object)),
    );

    const node = await startNode({
      client,
      dataDir: join(dataDir, 'node'),
      name: nodeName,
      images: await loadImageCatalogue(dataDir),
      clusterProxyUrl: () => `http://${gateway.internal}`,
      podNetwork: options.podNetwork,
      scheduling,
      endpoint: controlPlane.kubeletEndpoint,
      log,
    });
    controlPlane.connectKubelet(node.kubelet);
    // After the node, which has told by now what of an earlier run is gone; stopped after it, so that endpoints leave too.
    const controllers = scheduling === 'own' ? startControllers({ client, log }) : undefined;
    stops.push(() => controllers?.close());
    stops.push(() => node.close({ stopPods: true }));
    await applyInOrder(client, modelStoreObjects(options.modelStore, scheduling));
    const health = startWebhookHealth({
      client: controlPlane.operatorClient,
      namespace: systemNamespace,
      call: controlPlane.callWebhook,
      log,
    });
    stops.push(() => health.close());
    onProgress('operator    ready');
    return {
      client,
      apiServer: controlPlane.apiServer,
      kubeconfig,
      gateway,
      failed: failure,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An operator whose webhooks can be called before it starts, and then wait for it. Stopped after what calls them. */
function createLateOperator({ operatorClient }: ControlPlane, log: PlatformOptions['log'], stops: Stops) {
  const started = Promise.withResolvers<Operator>();
  let operator: Operator | undefined;
  started.promise.catch(() => undefined);
  stops.push(async () => {
    started.reject(new Error('the platform has ended'));
    await operator?.close();
  });
  return {
    webhooks: async (path: string, body: unknown) => (await started.promise).webhooks(path, body),
    start() {
      operator = startOperator({ client: operatorClient, namespace: systemNamespace, log });
      started.resolve(operator);
    },
  };
}

function startedOf<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function startControlPlane(options: PlatformOptions, stops: Stops): Promise<ControlPlane> {
  const { kubeconfig } = options;
  return kubeconfig === undefined
    ? startEmbeddedEngine(options, stops)
    : useOtherApiServer({ ...options, kubeconfig }, stops);
}
