import { rm } from 'node:fs/promises';
import { sleep } from '@serval/kube/client';
import { deepEqual, type Pod } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';
import { messageOf } from '../errors.ts';
import { type Backoff, nextBackoff } from './backoff.ts';
import { createContainer, type ManagedContainer } from './container.ts';
import { type Decision, decide } from './decide.ts';
import type { PodDeps } from './deps.ts';
import { type ContainerRecord, type PodDirectory, type PodRecord, podDirectory, readRecord } from './directory.ts';
import { deletionGraceMs, forcedGraceMs, graceMsOf } from './grace.ts';
import { declaredPorts } from './network.ts';
import { createSandbox } from './sandbox.ts';
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

/** After a turn that failed for a reason nobody thought of. */
const retryMs = 500;

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
  const sandbox = createSandbox(deps, () => pod, directory, previous, life.signal);
  let failure: Decision['failure'];
  let status = first.status;
  // Terminal is for ever: such a Pod is only kept for its logs until it is deleted.
  const terminal = isTerminal(first);
  let stopping: { graceMs: number; atMs: number } | undefined;
  /** The node ends, and the Pod is to go on with the next one. */
  let nodeStops = false;
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
        prepare: (containerID, terminationLog) => sandbox.launch(spec, containerID, terminationLog),
        address: () => sandbox.network()?.address ?? '127.0.0.1',
        realPort: (port) => sandbox.network()?.ports[port] ?? port,
        reaper: deps.reaper,
        clock,
        log,
        emit,
        onChange: wake,
      }),
    );
  }

  const views = (): Map<string, ContainerView> => new Map([...containers].map(([name, c]) => [name, c.view()]));

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
          wakeAt(clock.now() + retryMs);
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
    if (!terminating && failure === undefined) await sandbox.prepare();
    const prepared = sandbox.isReady();
    const input = { pod, views: views(), backoffs, nowMs: clock.now(), startedAtMs, terminating };
    const decision = decide(input);
    if (failure) decision.failure = failure;
    else if (decision.failure) failure = decision.failure;

    if (!terminating && !failure && prepared) for (const name of decision.start) startContainer(name);
    if (!terminating) {
      for (const { name, message } of decision.stop) {
        containers.get(name)?.stop({ graceMs: graceMsOf(pod, name), message });
      }
    }
    tellBackOffs(decision);
    writeStatus(decision);
    if (stopping) {
      // Endpoints that lead here must be gone before the first container hears of it.
      if (clock.now() < stopping.atMs) return wakeAt(stopping.atMs);
      const { graceMs } = stopping;
      for (const { name, message } of decision.stop) containers.get(name)?.stop({ graceMs, message, nodeStops });
      if (decision.finished) return finish();
    }
    if (prepared && stale) {
      stale = false;
      await sandbox.refreshVolumes();
    }
    const next = [decision.wakeAtMs, !prepared && !terminating && !failure ? sandbox.retryAtMs() : undefined].filter(
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

  function writeStatus(decision: Decision): void {
    if (removing || terminal) return;
    const problem = sandbox.problem();
    const podIP = sandbox.network()?.address ?? pod.status?.podIP;
    status = podStatus({
      pod,
      previous: status,
      views: views(),
      decision,
      nowMs: clock.now(),
      startedAtMs,
      hostIP: deps.hostIP,
      ...(podIP ? { podIP } : {}),
      sandboxReady: sandbox.isReady(),
      ...(problem ? { sandboxProblem: problem } : {}),
      terminating: stopping !== undefined,
    });
    writer.set(status);
  }

  async function finish(): Promise<void> {
    const gone = removing || pod.metadata.deletionTimestamp !== undefined;
    await writer.settled();
    life.abort();
    cancelWake?.();
    sandbox.leave();
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
      // Of a Pod itself, volumes show nothing else that can change.
      const isProjectedAnew =
        !deepEqual(pod.metadata.labels, next.metadata.labels) ||
        !deepEqual(pod.metadata.annotations, next.metadata.annotations);
      pod = next;
      if (next.metadata.deletionTimestamp) beginStop(deletionGraceMs(next));
      else {
        stale ||= sandbox.isReady() && isProjectedAnew;
        wake();
      }
    },
    refresh() {
      stale = true;
      sandbox.retry();
      for (const container of containers.values()) container.retry();
      wake();
    },
    async settled() {
      await turn;
      await writer.settled();
    },
    async stop(graceMs) {
      nodeStops = pod.metadata.deletionTimestamp === undefined;
      beginStop(graceMs);
      const ended = Promise.all([...containers.values()].map((container) => container.idle()));
      await Promise.race([finished.promise, ended.then(() => sleep(clock, deps.lastWordsMs, life.signal))]);
      life.abort();
      cancelWake?.();
    },
    async kill() {
      life.abort();
      cancelWake?.();
      for (const container of containers.values()) container.kill();
      await Promise.all([...containers.values()].map((container) => container.idle()));
      await turn;
      sandbox.leave();
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

function isTerminal({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
