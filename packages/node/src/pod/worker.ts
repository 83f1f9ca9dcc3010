import { mkdir, rm } from 'node:fs/promises';
import type { Container, Pod } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';
import type { PodFacts } from '../container/field-path.ts';
import type { Launch } from '../container/launch.ts';
import { messageOf } from '../errors.ts';
import { prepareVolumes, refreshProjections, type VolumeContext } from '../volumes/prepare.ts';
import { type Backoff, nextBackoff } from './backoff.ts';
import { createContainer, type ManagedContainer } from './container.ts';
import { launchContainer } from './container-launch.ts';
import { type Decision, decide } from './decide.ts';
import type { PodDeps } from './deps.ts';
import {
  type ContainerRecord,
  type PodDirectory,
  type PodRecord,
  podDirectory,
  readRecord,
  writeDurably,
} from './directory.ts';
import { declaredPorts, joinNetwork, leaveNetwork, type PodAddress, publishPorts } from './network.ts';
import { podStatus } from './status.ts';
import { createStatusWriter } from './status-writer.ts';
import { type ContainerView, isLive } from './view.ts';

/** One Pod, from its binding to the removal of its directory. */
export interface PodWorker {
  readonly uid: string;
  pod(): Pod;
  /** The Pod changed, or an object that it may read did. */
  update(pod: Pod): void;
  refresh(): void;
  /** Resolves when the status tells what is known now. */
  settled(): Promise<void>;
  /** Ends the containers. The directory stays unless the Pod is being deleted. */
  stop(graceMs: number): Promise<void>;
  /** Ends everything at once and writes nothing. */
  kill(): Promise<void>;
  /** The Pod is gone from the API: ends the containers and removes the directory. */
  remove(): Promise<void>;
  container(name: string): ManagedContainer | undefined;
  readonly directory: PodDirectory;
}

/** Volumes or network could not be made ready: tried again after these waits (the kubelet's, doubled to 2 min). */
const firstRetryMs = 500;
const maxRetryMs = 120_000;
/** A Pod that is gone from the API without a grace period gets this long. */
const forcedGraceMs = 1_000;

export async function createPodWorker(
  deps: PodDeps,
  first: Pod,
  onFinished: (pod: Pod) => Promise<void>,
): Promise<PodWorker> {
  const { clock, log, emit } = deps;
  let pod = first;
  const uid = first.metadata.uid ?? '';
  const directory = podDirectory(deps.podsDirectory, uid);
  const life = new AbortController();
  const writer = createStatusWriter(deps, first, life.signal);
  const backoffs = new Map<string, Backoff>();
  const startedAtMs = Date.parse(first.status?.startTime ?? '') || clock.now();
  const previous = await readRecord<PodRecord>(directory.record);
  let network: PodAddress | undefined;
  let volumes: Map<string, string> | undefined;
  let retryAtMs = 0;
  let retryMs = firstRetryMs;
  let sandboxProblem: { reason: string; message: string } | undefined;
  let failure: Decision['failure'];
  let status = first.status;
  // Terminal is for ever: such a Pod is only kept for its logs until it is deleted.
  const terminal = isTerminal(first);
  let stopping: { graceMs: number; atMs: number } | undefined;
  let removing = false;
  let stale = false;
  let backingOff: ReadonlySet<string> = new Set();
  let cancelWake: (() => void) | undefined;
  let turn: Promise<void> | undefined;
  let dirty = false;
  const finished = Promise.withResolvers<void>();

  const containers = new Map<string, ManagedContainer>();
  for (const spec of containersOf(first)) {
    const record = await readRecord<ContainerRecord>(directory.containerRecord(spec.name));
    containers.set(
      spec.name,
      createContainer({
        spec,
        pod: () => pod,
        directory,
        record,
        prepare: (containerID, terminationLog) => launchOf(spec, containerID, terminationLog),
        address: () => network?.address ?? '127.0.0.1',
        realPort: (port) => network?.ports[port] ?? port,
        reaper: deps.reaper,
        clock,
        log,
        emit,
        onChange: wake,
      }),
    );
  }

  const facts = (): PodFacts => ({
    podIP: network?.address ?? '',
    hostIP: deps.hostIP,
    nodeName: deps.nodeName,
    allocatable: deps.allocatable,
  });
  const volumeContext = (): VolumeContext => ({
    pod,
    facts: facts(),
    source: deps.source,
    podVolumes: directory.volumes,
    claimVolumes: deps.claimVolumes,
  });
  const views = (): Map<string, ContainerView> => new Map([...containers].map(([name, c]) => [name, c.view()]));

  function launchOf(container: Container, containerID: string, terminationLog: string): Promise<Launch> {
    if (!network || !volumes) throw new Error(`the Pod of container ${container.name} is not prepared`);
    return launchContainer(deps, {
      pod,
      container,
      facts: facts(),
      volumes,
      network,
      directory,
      containerID,
      terminationLog,
    });
  }

  /** Runs `sync` now, or once more when it is running: never twice at a time. */
  function wake(): void {
    dirty = true;
    turn ??= (async () => {
      while (dirty && !life.signal.aborted) {
        dirty = false;
        try {
          await sync();
        } catch (error) {
          log.error({ pod: pod.metadata.name, error: messageOf(error) }, 'a Pod cannot be brought to its state');
          wakeAt(clock.now() + firstRetryMs);
        }
      }
      turn = undefined;
    })();
  }

  function wakeAt(atMs: number): void {
    cancelWake?.();
    cancelWake = clock.after(Math.max(1, atMs - clock.now()), wake);
  }

  async function sync(): Promise<void> {
    const terminating = stopping !== undefined;
    if (terminal && !terminating) return;
    if (!terminating && failure === undefined) await makeReady();
    const prepared = network !== undefined && volumes !== undefined;
    const input = { pod, views: views(), backoffs, nowMs: clock.now(), startedAtMs, terminating };
    const decision = decide(input);
    if (failure) decision.failure = failure;
    else if (decision.failure) failure = decision.failure;

    if (!terminating && !failure && prepared) for (const name of decision.start) startContainer(name);
    if (!terminating) for (const { name, message } of decision.stop) stopContainer(name, message, graceMsOf(pod, name));
    tellBackOffs(decision);
    writeStatus(decision);
    if (stopping) {
      // Endpoints that lead here must be gone before the first container hears of it.
      if (clock.now() < stopping.atMs) return wakeAt(stopping.atMs);
      for (const { name, message } of decision.stop) stopContainer(name, message, stopping.graceMs);
      if (decision.finished) return finish();
    }
    if (prepared && stale) await refreshVolumes();
    const next = [decision.wakeAtMs, !prepared && !terminating && !failure ? retryAtMs : undefined].filter(
      (at) => at !== undefined,
    );
    if (next.length > 0) wakeAt(Math.min(...next));
  }

  function startContainer(name: string): void {
    const view = containers.get(name)?.view();
    if (view?.phase === 'exited') {
      const finishedAtMs = Date.parse(view.terminated?.finishedAt ?? '') || 0;
      backoffs.set(name, nextBackoff(backoffs.get(name), finishedAtMs, clock.now()));
    }
    containers.get(name)?.start();
  }

  function tellBackOffs({ crashLoops }: Decision): void {
    const { name, namespace } = pod.metadata;
    for (const container of crashLoops.keys()) {
      if (backingOff.has(container)) continue;
      const message = `Back-off restarting failed container ${container} in pod ${name}_${namespace}(${uid})`;
      emit(pod, { type: 'Warning', reason: 'BackOff', message, container });
    }
    backingOff = new Set(crashLoops.keys());
  }

  function stopContainer(name: string, message: string, graceMs: number): void {
    containers.get(name)?.stop(graceMs, message);
  }

  /** Network first, since volumes and environment may tell the address. */
  async function makeReady(): Promise<void> {
    if ((network && volumes) || clock.now() < retryAtMs) return;
    let reason = 'FailedCreatePodSandBox';
    try {
      await mkdir(directory.volumes, { recursive: true, mode: 0o755 });
      network ??= await joinNetwork(deps.network, pod, previous);
      const { name = '', namespace = '' } = pod.metadata;
      await writeDurably(directory.record, { uid, name, namespace, ...network } satisfies PodRecord);
      await publishPorts(deps.client, pod, network.ports, life.signal);
      reason = 'FailedMount';
      volumes = await prepareVolumes(volumeContext());
      retryMs = firstRetryMs;
      sandboxProblem = undefined;
    } catch (error) {
      retryAtMs = clock.now() + retryMs;
      retryMs = Math.min(retryMs * 2, maxRetryMs);
      sandboxProblem = { reason, message: messageOf(error) };
      emit(pod, { type: 'Warning', ...sandboxProblem });
    }
  }

  async function refreshVolumes(): Promise<void> {
    stale = false;
    try {
      await refreshProjections(volumeContext());
    } catch (error) {
      // What was projected before stays, as in Kubernetes.
      log.debug({ pod: pod.metadata.name, error: messageOf(error) }, 'volumes of a Pod were not refreshed');
    }
  }

  function writeStatus(decision: Decision): void {
    if (removing || terminal) return;
    const sandboxReady = network !== undefined && volumes !== undefined;
    const podIP = network?.address ?? pod.status?.podIP;
    status = podStatus({
      pod,
      previous: status,
      views: views(),
      decision,
      nowMs: clock.now(),
      startedAtMs,
      hostIP: deps.hostIP,
      ...(podIP ? { podIP } : {}),
      sandboxReady,
      ...(sandboxProblem ? { sandboxProblem } : {}),
      terminating: stopping !== undefined,
    });
    writer.set(status);
  }

  async function finish(): Promise<void> {
    await writer.settled();
    const gone = removing || pod.metadata.deletionTimestamp !== undefined;
    life.abort();
    cancelWake?.();
    leaveNetwork(deps.network, uid);
    if (gone) {
      await rm(directory.root, { recursive: true, force: true, maxRetries: 5 });
      if (!removing) await onFinished(pod);
    }
    finished.resolve();
  }

  function beginStop(graceMs: number): void {
    // Only a Pod that can be in a Service's endpoints needs the moment for them to go.
    const isReady = [...containers.values()].some((container) => container.view().ready);
    const delayMs = isReady && declaredPorts(pod).length > 0 ? Math.min(deps.drainDelayMs, graceMs / 2) : 0;
    const atMs = stopping?.atMs ?? clock.now() + delayMs;
    stopping = { graceMs: Math.min(graceMs, stopping?.graceMs ?? graceMs), atMs };
    wake();
  }

  if (pod.metadata.deletionTimestamp) beginStop(deletionGraceMs(pod));
  else wake();

  return {
    uid,
    directory,
    pod: () => pod,
    container: (name) => containers.get(name),
    update(next) {
      pod = next;
      if (next.metadata.deletionTimestamp) beginStop(deletionGraceMs(next));
      else {
        stale ||= volumes !== undefined;
        wake();
      }
    },
    refresh() {
      stale = true;
      retryAtMs = 0;
      for (const container of containers.values()) container.retry();
      wake();
    },
    async settled() {
      await turn;
      await writer.settled();
    },
    stop(graceMs) {
      beginStop(graceMs);
      return finished.promise;
    },
    async kill() {
      life.abort();
      cancelWake?.();
      for (const container of containers.values()) container.kill();
      await Promise.all([...containers.values()].map((container) => container.idle()));
      await turn;
      leaveNetwork(deps.network, uid);
    },
    remove() {
      removing = true;
      if ([...containers.values()].some((container) => isLive(container.view()))) beginStop(forcedGraceMs);
      else {
        stopping ??= { graceMs: 0, atMs: 0 };
        wake();
      }
      return finished.promise;
    },
  };
}

/** @param givenUp  a container that a probe has given up: the probe may have a grace period of its own */
function graceMsOf(pod: Pod, givenUp?: string): number {
  const container = containersOf(pod).find(({ name }) => name === givenUp);
  const own =
    container?.livenessProbe?.terminationGracePeriodSeconds ?? container?.startupProbe?.terminationGracePeriodSeconds;
  return (own ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
}

function deletionGraceMs(pod: Pod): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds;
  return seconds === undefined ? graceMsOf(pod) : Math.max(seconds * 1000, forcedGraceMs);
}

function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
