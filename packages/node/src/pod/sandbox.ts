import { mkdir } from 'node:fs/promises';
import type { Container, Pod } from '@serval/kube/objects';
import type { PodFacts } from '../container/field-path.ts';
import type { Launch } from '../container/launch.ts';
import { messageOf } from '../errors.ts';
import { prepareVolumes, refreshProjections, type VolumeContext } from '../volumes/prepare.ts';
import { launchContainer } from './container-launch.ts';
import type { PodDeps } from './deps.ts';
import { type PodDirectory, type PodRecord, writeDurably } from './directory.ts';
import { joinNetwork, leaveNetwork, type PodAddress, publishPorts } from './network.ts';

/** What the containers of a Pod share: its network and its volumes. */
export interface Sandbox {
  /** Both are there. */
  isReady(): boolean;
  /** Why they are not. */
  problem(): { reason: string; message: string } | undefined;
  /** When `prepare` does something again. */
  retryAtMs(): number;
  /** Makes ready what is not, unless that failed a moment ago. Never throws. */
  prepare(): Promise<void>;
  /** Something that a failed attempt may have waited for has changed. */
  retry(): void;
  /** Brings the files of projected volumes up to date. Never throws. */
  refreshVolumes(): Promise<void>;
  network(): PodAddress | undefined;
  launch(container: Container, containerID: string, terminationLog: string): Promise<Launch>;
  /** Gives address or ports back. */
  leave(): void;
}

/** Volumes or network could not be made ready: tried again after these waits (the kubelet's, doubled to 2 min). */
const firstRetryMs = 500;
const maxRetryMs = 120_000;

/** @param previous  what an earlier run of the platform recorded of the Pod */
export function createSandbox(
  deps: PodDeps,
  pod: () => Pod,
  directory: PodDirectory,
  previous: PodRecord | undefined,
  signal: AbortSignal,
): Sandbox {
  const { clock, emit, log } = deps;
  const uid = pod().metadata.uid ?? '';
  let network: PodAddress | undefined;
  let volumes: Map<string, string> | undefined;
  let problem: { reason: string; message: string } | undefined;
  let retryAtMs = 0;
  let retryMs = firstRetryMs;

  const facts = (): PodFacts => ({
    podIP: network?.address ?? '',
    hostIP: deps.hostIP,
    nodeName: deps.nodeName,
    allocatable: deps.allocatable,
  });
  const volumeContext = (): VolumeContext => ({
    pod: pod(),
    facts: facts(),
    source: deps.source,
    podVolumes: directory.volumes,
    claimVolumes: deps.claimVolumes,
  });

  return {
    isReady: () => network !== undefined && volumes !== undefined,
    problem: () => problem,
    retryAtMs: () => retryAtMs,
    network: () => network,
    async prepare() {
      if ((network && volumes) || clock.now() < retryAtMs) return;
      let reason = 'FailedCreatePodSandBox';
      try {
        await mkdir(directory.volumes, { recursive: true, mode: 0o755 });
        // Network first, since volumes and environment may tell the address.
        network ??= await joinNetwork(deps.network, pod(), previous);
        const { name = '', namespace = '' } = pod().metadata;
        await writeDurably(directory.record, { uid, name, namespace, ...network } satisfies PodRecord);
        await publishPorts(deps.client, pod(), network.ports, signal);
        reason = 'FailedMount';
        volumes = await prepareVolumes(volumeContext());
        retryMs = firstRetryMs;
        problem = undefined;
      } catch (error) {
        retryAtMs = clock.now() + retryMs;
        retryMs = Math.min(retryMs * 2, maxRetryMs);
        problem = { reason, message: messageOf(error) };
        emit(pod(), { type: 'Warning', ...problem });
      }
    },
    retry() {
      retryAtMs = 0;
    },
    async refreshVolumes() {
      try {
        await refreshProjections(volumeContext());
      } catch (error) {
        // What was projected before stays, as in Kubernetes.
        log.debug({ pod: pod().metadata.name, error: messageOf(error) }, 'volumes of a Pod were not refreshed');
      }
    },
    async launch(container, containerID, terminationLog) {
      if (!network || !volumes) throw new Error(`the Pod of container ${container.name} is not prepared`);
      return launchContainer(deps, {
        pod: pod(),
        container,
        facts: facts(),
        volumes,
        network,
        directory,
        containerID,
        terminationLog,
      });
    },
    leave: () => leaveNetwork(deps.network, uid),
  };
}
