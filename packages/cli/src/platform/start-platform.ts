import { join } from 'node:path';
import { startControllers } from '@serval/controllers';
import { startEngine } from '@serval/engine';
import {
  type Client,
  createClient,
  createSocketTransport,
  type Log,
  loadKubeConfig,
  type Transport,
  writeKubeConfig,
} from '@serval/kube/client';
import type { AnyObject } from '@serval/kube/objects';
import { startNode } from '@serval/node';
import { startOperator } from '@serval/operator';
import { platformObjects } from '@serval/operator/declarations';
import { applyInOrder } from './apply-in-order.ts';
import { checkPort } from './check-port.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { loadImageCatalogue } from './images.ts';
import { modelStoreObjects, systemNamespace } from './model-store-objects.ts';
import { programOf } from './programs.ts';

export interface PlatformOptions {
  /** Absolute, writable and locked by the caller. */
  dataDir: string;
  /** Port 0 takes any free one. */
  apiPort: number;
  gatewayPort: number;
  podNetwork: 'addresses' | 'ports';
  /** Folder of the model store. */
  modelStore: string;
  /** Of another API server; then no engine is started. */
  kubeconfig: string | undefined;
  /** Variables that every program started here gets: PATH, HOME … */
  env: Record<string, string>;
  log: Log;
  /** Ends a start that is under way. */
  signal: AbortSignal;
  /** Progress for a person: one line for each part that is up. */
  onProgress(line: string): void;
}

export interface Platform {
  client: Client;
  apiServer: string;
  kubeconfig: string;
  gateway: { external: string; internal: string; pid: number };
  /** Resolves with the reason when a part fails for good; never while all is well. */
  failed: Promise<Error>;
  /** Stops Pods, gateway, operator and engine, in this order; nothing of it is left running. */
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
/** The gateway is started again on the same ports when it ends unasked, at most this often in a row. */
const maxGatewayRestarts = 5;

/** The composition root of `serval up`. Whatever was started is stopped again when a later part fails. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataDir, log, onProgress } = options;
  const stops: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) {
      await Promise.resolve(stop()).catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'));
    }
  };
  try {
    await checkPort(loopback, options.gatewayPort, '--gateway-port');
    const controlPlane = await startControlPlane(options, stops);
    const { client } = controlPlane;
    options.signal.throwIfAborted();
    onProgress(`API server  ${controlPlane.apiServer}`);

    // Kinds first: the gateway reads some of them, and its port must be known before the Gateway is written.
    const isKind = (object: AnyObject) => object.kind === 'CustomResourceDefinition';
    await applyInOrder(client, platformObjects({ gatewayPort: options.gatewayPort }).filter(isKind));

    // Before anything that its webhooks look at is written: on a second start they are stored already.
    const operator = await startOperator({ client, namespace: systemNamespace, log });
    controlPlane.setWebhooks(operator.webhooks);
    stops.push(() => operator.close());

    let failed: (reason: Error) => void = () => undefined;
    const failure = new Promise<Error>((resolve) => {
      failed = resolve;
    });
    const gateway = await startSupervisedGateway(options, controlPlane.kubeconfig, stops, (reason) => failed(reason));
    options.signal.throwIfAborted();
    onProgress(`gateway     http://${gateway.external}`);
    const objects = platformObjects({ gatewayPort: portOf(gateway.external) });
    await applyInOrder(
      client,
      objects.filter((object) => !isKind(object)),
    );

    const controllers = startControllers({ client, log });
    stops.push(() => controllers.close());
    const node = await startNode({
      client,
      dataDir: join(dataDir, 'node'),
      name: 'serval',
      images: await loadImageCatalogue(dataDir),
      clusterProxyUrl: () => `http://${gateway.internal}`,
      podNetwork: options.podNetwork,
      log,
    });
    controlPlane.setKubelet(node.kubelet);
    stops.push(() => node.close({ stopPods: true }));
    await applyInOrder(client, modelStoreObjects(options.modelStore));
    onProgress('operator    ready');
    return {
      client,
      apiServer: controlPlane.apiServer,
      kubeconfig: controlPlane.kubeconfig,
      gateway,
      failed: failure,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Webhooks = Awaited<ReturnType<typeof startOperator>>['webhooks'];

interface ControlPlane {
  client: Client;
  apiServer: string;
  kubeconfig: string;
  setWebhooks(webhooks: Webhooks): void;
  setKubelet(kubelet: Transport): void;
}

async function startControlPlane(
  options: PlatformOptions,
  stops: (() => Promise<void> | void)[],
): Promise<ControlPlane> {
  const { dataDir, log } = options;
  let webhooks: Webhooks | undefined;
  let kubelet: Transport | undefined;
  const set = {
    setWebhooks: (given: Webhooks) => {
      webhooks = given;
    },
    setKubelet: (given: Transport) => {
      kubelet = given;
    },
  };
  if (options.kubeconfig !== undefined) {
    const config = await loadKubeConfig(options.kubeconfig);
    const client = createClient({ transport: createSocketTransport(config), fieldManager: 'serval' });
    return { client, apiServer: config.server, kubeconfig: options.kubeconfig, ...set };
  }
  await checkPort(loopback, options.apiPort, '--api-port');
  const engine = await startEngine({
    dataDir: join(dataDir, 'engine'),
    host: loopback,
    port: options.apiPort,
    log,
    callService: async (service, body) => {
      if (webhooks === undefined || service.namespace !== systemNamespace) {
        throw new Error(`nothing answers for Service ${service.namespace}/${service.name}`);
      }
      return webhooks(service.path, body as never) as never;
    },
    callKubelet: async (_node, request) => {
      if (kubelet === undefined) throw new Error('the node is not up yet');
      return kubelet(request);
    },
  });
  stops.push(() => engine.close());
  const kubeconfig = join(dataDir, 'kubeconfig');
  await writeKubeConfig(kubeconfig, { name: 'serval', ...engine.kubeconfig });
  return {
    client: createClient({ transport: engine.handle, fieldManager: 'serval' }),
    apiServer: engine.url,
    kubeconfig,
    ...set,
  };
}

/** Ports stay the same over restarts, because running Pods know the internal one. */
async function startSupervisedGateway(
  options: PlatformOptions,
  kubeconfig: string,
  stops: (() => Promise<void> | void)[],
  failed: (reason: Error) => void,
): Promise<{ external: string; internal: string; pid: number }> {
  const start = (port: number, internalPort: number): Promise<GatewayProcess> =>
    startGatewayProcess({
      program: programOf('@serval/gateway/main'),
      kubeconfig,
      port,
      internalPort,
      env: options.env,
      onLogLine: (line) => options.log.info({ part: 'gateway', line }, 'gateway'),
    });
  let current = await start(options.gatewayPort, 0);
  const known = { external: current.external, internal: current.internal, pid: current.pid };
  let stopping = false;
  let restarts = 0;
  const supervise = (running: GatewayProcess) =>
    void running.ended.then(async (code) => {
      if (stopping) return;
      options.log.error({ code }, 'the gateway ended unasked; starting it again');
      try {
        if (++restarts > maxGatewayRestarts)
          throw new Error(`the gateway ended ${restarts} times, last with code ${code}`);
        current = await start(portOf(known.external), portOf(known.internal));
        known.pid = current.pid;
        supervise(current);
      } catch (error) {
        failed(error as Error);
      }
    });
  supervise(current);
  stops.push(async () => {
    stopping = true;
    await current.stop();
  });
  return known;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
