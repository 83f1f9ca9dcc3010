import { randomUUID } from 'node:crypto';
import { type Clock, type Log, rfc3339 } from '@serval/kube/client';
import type { Container, Pod } from '@serval/kube/objects';
import type { Launch } from '../container/launch.ts';
import { terminatedState, terminationMessage } from '../container/termination.ts';
import { messageOf, NodeError } from '../errors.ts';
import type { EmitEvent } from '../events.ts';
import type { LogWriter } from '../logs/writer.ts';
import { type ProbeTarget, runHook } from '../probes/attempt.ts';
import { execInContainer } from '../process/exec.ts';
import type { Reaper } from '../process/reaper.ts';
import { startContainerProbes } from './container-probes.ts';
import { type ContainerRun, startRun } from './container-run.ts';
import { type ContainerRecord, type PodDirectory, writeDurably } from './directory.ts';
import type { ContainerView, Terminated } from './view.ts';

/** A container of a Pod over all its runs. */
export interface ManagedContainer {
  readonly name: string;
  view(): ContainerView;
  /** Starts a run. Failures end up in the view. */
  start(): void;
  /** Asks it to end within `graceMs`; a later call can only shorten that. */
  stop(how: StopRequest): void;
  /** Ends it at once, without hooks. */
  kill(): void;
  /** Something that a failed start may have waited for has changed. */
  retry(): void;
  /** Resolves when no run is under way. */
  idle(): Promise<void>;
  /** The run's log, while it runs. */
  currentLog(): LogWriter | undefined;
}

interface StopRequest {
  graceMs: number;
  /** Of the Killing event. */
  message: string;
  /** The node ends, not the Pod: its end tells nothing of the container. */
  nodeStops?: boolean;
}

export interface ContainerDeps {
  spec: Container;
  pod(): Pod;
  directory: PodDirectory;
  record: ContainerRecord | undefined;
  prepare(containerID: string, terminationLog: string): Promise<Launch>;
  address(): string;
  realPort(containerPort: number): number;
  reaper: Reaper;
  clock: Clock;
  log: Log;
  emit: EmitEvent;
  onChange(): void;
}

/** When a start that failed for want of configuration or image is tried again (changed objects wake it earlier). */
const retryMs = 10_000;
/** A postStart hook may not hold a container back for longer; Kubernetes sets no limit. */
const postStartLimitMs = 120_000;

export function createContainer(deps: ContainerDeps): ManagedContainer {
  const { spec, clock, directory, emit } = deps;
  const { name } = spec;
  let record: ContainerRecord = deps.record ?? { restartCount: 0 };
  let phase: ContainerView['phase'] = record.terminated ? 'exited' : 'waiting';
  let problem: ContainerView['problem'];
  let started = false;
  let ready = false;
  let givenUp: string | undefined;
  let run: ContainerRun | undefined;
  let launch: Launch | undefined;
  let life = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  let stopBy: { atMs: number; nodeStops: boolean; cancel(): void } | undefined;
  let killed = false;

  const target: ProbeTarget = {
    container: spec,
    get address() {
      return deps.address();
    },
    realPort: (port) => deps.realPort(port),
    exec: (command, timeoutMs, signal) => {
      if (!launch) throw new Error('the container does not run');
      const { env, workingDirectory, inContainer } = launch;
      return execInContainer(
        { command: inContainer(command), env, workingDirectory },
        { timeoutMs, reaper: deps.reaper, signal },
      );
    },
  };

  async function save(next: ContainerRecord): Promise<void> {
    record = next;
    await writeDurably(directory.containerRecord(name), next);
  }

  async function live(): Promise<void> {
    const again = record.containerID !== undefined;
    const restartCount = record.restartCount + (again ? 1 : 0);
    const lastTerminated = record.terminated ?? record.lastTerminated;
    const containerID = randomUUID();
    const terminationLog = directory.terminationLog(name, restartCount);
    const base = { restartCount, containerID, ...(lastTerminated ? { lastTerminated } : {}) };
    try {
      launch = await deps.prepare(containerID, terminationLog);
      if (life.signal.aborted) return giveUp();
      emit(deps.pod(), { type: 'Normal', reason: 'Created', message: `Created container: ${name}`, container: name });
      run = await startRun({
        directory,
        container: name,
        containerID,
        run: restartCount,
        launch,
        reaper: deps.reaper,
        clock,
        diagnostics: deps.log,
        record: (process) => save({ ...base, process, startedAt: rfc3339(clock.now()) }),
      });
    } catch (error) {
      await startFailed(error, base);
      return;
    }
    problem = undefined;
    phase = 'running';
    emit(deps.pod(), { type: 'Normal', reason: 'Started', message: `Started container ${name}`, container: name });
    deps.onChange();
    if (life.signal.aborted) {
      phase = 'stopping';
      if (killed || (stopBy && stopBy.atMs <= clock.now())) run.kill();
      else terminateAfterHook();
    } else void watchOver(life.signal);

    const exit = await run.ended;
    life.abort();
    stopBy?.cancel();
    const said = await terminationMessage(spec, exit.exitCode ?? 1, terminationLog, run.lastLogs);
    const message = launch.asSpecified(said);
    const times = { finishedAt: rfc3339(clock.now()), ...(record.startedAt ? { startedAt: record.startedAt } : {}) };
    const { killedByNode } = exit;
    const nodeStopped = killed || stopBy?.nodeStops === true;
    const told = { message, killedByNode, nodeStopped, containerID: `serval://${containerID}` };
    await exited(terminatedState(exit, times, told));
  }

  async function exited(terminated: Terminated): Promise<void> {
    await save({ ...record, terminated });
    phase = 'exited';
  }

  function giveUp(): void {
    phase = record.terminated ? 'exited' : 'waiting';
  }

  async function startFailed(error: unknown, base: ContainerRecord): Promise<void> {
    const message = messageOf(error);
    const code = error instanceof NodeError ? error.code : 'CreateContainerError';
    if (!problem || problem.message !== message) {
      emit(deps.pod(), { type: 'Warning', reason: 'Failed', message: `Error: ${message}`, container: name });
    }
    if (code === 'StartError') {
      const now = rfc3339(clock.now());
      record = base;
      await exited({ exitCode: 128, reason: 'StartError', message, startedAt: now, finishedAt: now });
      return;
    }
    problem = { reason: code, message, retryAtMs: clock.now() + retryMs };
    phase = 'waiting';
  }

  /** From the start of the process: postStart, then probes. */
  async function watchOver(signal: AbortSignal): Promise<void> {
    const { postStart } = spec.lifecycle ?? {};
    if (postStart) {
      const fault = await runHook(postStart, target, postStartLimitMs, signal);
      if (signal.aborted) return;
      if (fault !== undefined) {
        emit(deps.pod(), {
          type: 'Warning',
          reason: 'FailedPostStartHook',
          message: `PostStartHook failed: ${fault}`,
          container: name,
        });
        givenUp = 'FailedPostStartHook';
        deps.onChange();
        return;
      }
    }
    startContainerProbes(
      { spec, target, clock, signal, emit: (event) => emit(deps.pod(), { ...event, container: name }) },
      {
        onStarted() {
          started = true;
          ready = spec.readinessProbe === undefined;
          deps.onChange();
        },
        onReady(value) {
          ready = value;
          deps.onChange();
        },
        onGivenUp(message) {
          givenUp = message;
          ready = false;
          deps.onChange();
        },
      },
    );
  }

  function terminateAfterHook(): void {
    const { preStop } = spec.lifecycle ?? {};
    const current = run;
    if (!current) return;
    if (!preStop || !stopBy) {
      current.terminate();
      return;
    }
    const ending = new AbortController();
    void current.ended.then(() => ending.abort());
    void runHook(preStop, target, Math.max(0, stopBy.atMs - clock.now()), ending.signal).then((fault) => {
      if (fault !== undefined && !ending.signal.aborted) {
        const message = `PreStopHook failed: ${fault}`;
        emit(deps.pod(), { type: 'Warning', reason: 'FailedPreStopHook', message, container: name });
      }
      current.terminate();
    });
  }

  return {
    name,
    currentLog: () => run?.log,
    idle: () => underWay,
    view: () => ({
      name,
      phase,
      restartCount: record.restartCount,
      started: started && (phase === 'running' || phase === 'stopping'),
      ready: ready && phase === 'running',
      ...(problem && phase !== 'exited' ? { problem } : {}),
      ...(record.startedAt ? { startedAt: record.startedAt } : {}),
      ...(record.terminated && phase === 'exited' ? { terminated: record.terminated } : {}),
      ...lastOf(record, phase),
      ...(record.containerID ? { containerID: record.containerID } : {}),
      ...(givenUp ? { givenUp } : {}),
    }),
    start() {
      if (phase !== 'waiting' && phase !== 'exited') return;
      phase = 'starting';
      started = false;
      ready = false;
      givenUp = undefined;
      run = undefined;
      stopBy = undefined;
      life = new AbortController();
      underWay = live()
        .catch((error: unknown) => {
          deps.log.error({ container: name, error: messageOf(error) }, 'a container cannot be run');
          problem = { reason: 'RunContainerError', message: messageOf(error), retryAtMs: clock.now() + retryMs };
          phase = 'waiting';
        })
        .finally(() => {
          // One that was stopped while it was starting, too: nothing is left to kill, and nobody waits for the timer.
          stopBy?.cancel();
          deps.onChange();
        });
    },
    stop({ graceMs, message, nodeStops = false }) {
      if (phase !== 'starting' && phase !== 'running' && phase !== 'stopping') return;
      const atMs = clock.now() + graceMs;
      const first = stopBy === undefined;
      if (first || atMs < (stopBy?.atMs ?? 0)) {
        stopBy?.cancel();
        stopBy = { atMs, nodeStops: stopBy?.nodeStops ?? nodeStops, cancel: clock.after(graceMs, () => run?.kill()) };
      }
      if (!first) return;
      emit(deps.pod(), { type: 'Normal', reason: 'Killing', message, container: name });
      life.abort();
      if (phase === 'running') {
        phase = 'stopping';
        terminateAfterHook();
      }
    },
    retry() {
      if (problem) problem = { ...problem, retryAtMs: 0 };
    },
    kill() {
      killed = true;
      life.abort();
      run?.kill();
    },
  };
}

/** While it runs or waits, the last end is that of the run before; once it has ended, that of the one before that. */
function lastOf(record: ContainerRecord, phase: ContainerView['phase']): { lastTerminated?: Terminated } {
  const last = phase === 'exited' ? record.lastTerminated : (record.terminated ?? record.lastTerminated);
  return last ? { lastTerminated: last } : {};
}
