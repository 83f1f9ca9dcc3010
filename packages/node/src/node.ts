import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type ApiResponse,
  type Client,
  type Clock,
  createEventRecorder,
  createReflector,
  type Log,
  systemClock,
  type Transport,
} from '@serval/kube/client';
import {
  configMaps,
  type KubeObject,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type Resource,
  secrets,
} from '@serval/kube/objects';
import { withinMs } from './clock.ts';
import { messageOf, NodeError } from './errors.ts';
import { fieldPathOf } from './events.ts';
import type { ImageCatalogue } from './images/catalogue.ts';
import { createKubeletHandler } from './kubelet/handler.ts';
import { type KubeletEndpoint, serveKubelet } from './kubelet/serve.ts';
import { hasLoopbackRange } from './network/loopback.ts';
import { endLeftovers, removeStrayDirectories } from './pod/leftovers.ts';
import { createNetworkPool, type PodNetwork } from './pod/network.ts';
import type { ReferencedKind } from './pod/references.ts';
import { createVolumeSource } from './pod/source.ts';
import { startPodManager } from './pod-manager.ts';
import { startReaper } from './process/reaper.ts';
import { readMachine } from './registration/machine.ts';
import { nodeLabels, type Scheduling } from './registration/node-object.ts';
import { registerNode } from './registration/register.ts';
import { removeClaimDirectory } from './volumes/claim-cleanup.ts';

export interface NodeOptions {
  client: Client;
  /** The node's own directory: `pods/` and `volumes/` come beneath it. */
  dataDir: string;
  /** Of the Node object. */
  name: string;
  images: ImageCatalogue;
  /** Where users map images, for messages. Default: `images.yaml` beside `dataDir`. */
  imagesFile?: string;
  /** The gateway's internal listener, asked anew at every start of a container. */
  clusterProxyUrl: () => string | undefined;
  podNetwork: PodNetwork;
  /** Default `own`: Pods that have no node yet are this node's. */
  scheduling?: Scheduling;
  /** Given when the API server is in another process; default: `kubelet` is called in this one. */
  endpoint?: KubeletEndpoint;
  log: Log;
  clock?: Clock;
  /** Directories in which containers' programs are looked for. Default: the usual ones of the system. */
  path?: string;
  /**
   * From a ready Pod's deletion to SIGTERM, default 500 ms, at most half the grace period. The Pod is unready at
   * once, and this is the time in which endpoints and gateway learn of it while it still accepts new connections: a
   * Deployment rolls over without a lost request even where the program stops listening at SIGTERM.
   */
  drainDelayMs?: number;
  /** On `close`, an API server that cannot be reached is waited for no longer than twice this, default 5 s. */
  lastWordsMs?: number;
}

export interface RunningNode {
  /** What API servers ask a kubelet: `/containerLogs/NS/POD/CONTAINER`, `/pods`, `/healthz`. */
  kubelet: Transport;
  /**
   * With `stopPods`, containers get SIGTERM and their grace period, and the status says that they do not run; they start
   * again with the next node on this data directory. Without, they are killed at once and nothing is written.
   */
  close(options: { stopPods: boolean }): Promise<void>;
}

const loopback = '127.0.0.1';
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const defaultDrainDelayMs = 500;
const defaultLastWordsMs = 5_000;

/**
 * Runs Pods as processes. Resolves when the node is registered and Pods of an earlier run are no longer shown as ready
 * unless they are: start what sends them traffic after that.
 * @throws NodeError `PodNetworkUnavailable` where the system has only 127.0.0.1 and `addresses` was asked for
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { client, dataDir, name, log, clock = systemClock, endpoint, scheduling = 'own' } = options;
  const lastWordsMs = options.lastWordsMs ?? defaultLastWordsMs;
  if (options.podNetwork === 'addresses' && !(await hasLoopbackRange())) {
    throw new NodeError('PodNetworkUnavailable', 'this system lets nobody listen on 127.0.0.0/8 beyond 127.0.0.1', {
      hint: 'use --pod-network ports',
    });
  }
  const podsDirectory = join(dataDir, 'pods');
  await mkdir(podsDirectory, { recursive: true, mode: 0o700 });
  await endLeftovers(podsDirectory, clock, log);

  const life = new AbortController();
  const { signal } = life;
  const machine = await readMachine(dataDir);
  let kubelet: Transport | undefined;
  const served = endpoint && (await serveKubelet(endpoint, async (request) => kubelet?.(request) ?? notReady(), log));
  const at = { address: endpoint?.address ?? loopback, port: served?.port };
  const registration = await registerNode({ client, name, at, scheduling, machine, clock, log, signal });
  const recorder = createEventRecorder({ client, component: 'kubelet', instance: name, log, clock });
  const reflector = createReflector({ client, resource: pods, signal, log, clock });
  await reflector.synced;
  const mine = reflector.list().filter(({ spec }) => spec.nodeName === name);
  await removeStrayDirectories(podsDirectory, new Set(mine.map(({ metadata }) => metadata.uid ?? '')));

  const claimVolumes = join(dataDir, 'volumes');
  const source = createVolumeSource(client, signal);
  const reaper = startReaper(log);
  const manager = startPodManager({
    reflector,
    nodeLabels: nodeLabels(name, machine),
    scheduling,
    recorder,
    signal,
    deps: {
      client,
      nodeName: name,
      hostIP: loopback,
      allocatable: { cpu: machine.cpus, memory: machine.memoryBytes, 'ephemeral-storage': machine.diskBytes },
      podsDirectory,
      claimVolumes,
      imagesFile: options.imagesFile ?? join(dirname(dataDir), 'images.yaml'),
      images: options.images,
      source,
      network: createNetworkPool(options.podNetwork),
      clusterProxyUrl: options.clusterProxyUrl,
      path: options.path ?? defaultPath,
      drainDelayMs: options.drainDelayMs ?? defaultDrainDelayMs,
      lastWordsMs,
      reaper,
      clock,
      log,
      emit: (pod, { type, reason, message, container }) =>
        recorder.record(pod, type, reason, message, container ? { fieldPath: fieldPathOf(pod, container) } : {}),
    },
  });
  const follow = <T extends KubeObject>(resource: Resource<T>, kind: ReferencedKind): void => {
    // Only that something changed matters, so contents are not kept in memory.
    const lean = (object: T): T =>
      ({ apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }) as T;
    const changes = createReflector({ client, resource, signal, log, clock, transform: lean });
    changes.onChange(({ object }) => manager.objectChanged(kind, object));
  };
  follow(configMaps, 'ConfigMap');
  follow(secrets, 'Secret');
  follow(persistentVolumeClaims, 'PersistentVolumeClaim');
  const volumes = createReflector({ client, resource: persistentVolumes, signal, log, clock });
  volumes.onChange(({ type, object }) => {
    if (type !== 'deleted') return;
    removeClaimDirectory(claimVolumes, object, source).catch((error: unknown) =>
      log.warn({ volume: object.metadata.name, error: messageOf(error) }, 'the directory of a claim was not removed'),
    );
  });
  await manager.settled();

  kubelet = createKubeletHandler({
    pods: () => manager.workers().map((worker) => worker.pod()),
    find: manager.find,
  });
  return {
    kubelet,
    async close({ stopPods }) {
      await manager.close({ stopPods });
      if (stopPods) {
        await withinMs(clock, lastWordsMs, Promise.all([recorder.flush(), registration.close()]));
      }
      life.abort();
      await served?.close();
      await reaper.close();
    },
  };
}

function notReady(): ApiResponse {
  return {
    status: 503,
    headers: { 'content-type': 'text/plain' },
    body: Readable.from([Buffer.from('not ready yet')]),
  };
}
