import { mkdir, writeFile } from 'node:fs/promises';
import type { Clock, Log } from '@serval/kube/client';
import type { Launch } from '../container/launch.ts';
import { fallbackLimitBytes, fallbackLines, type ProcessExit } from '../container/termination.ts';
import { lastLogText } from '../logs/reader.ts';
import { createLogWriter, type LogWriter } from '../logs/writer.ts';
import { endContainerProcesses, signalGroup, signalProcess } from '../process/group.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { Reaper } from '../process/reaper.ts';
import { spawnGated } from '../process/spawn.ts';
import { type PodDirectory, pruneLogs } from './directory.ts';

/** One run of a container: its process and its log. */
export interface ContainerRun {
  log: LogWriter;
  /** To the first process, as a container's PID 1 gets it. */
  terminate(): void;
  /** To the whole group. */
  kill(): void;
  /** Resolves when every process is gone and the log is complete. */
  ended: Promise<ProcessExit & { killedByNode: boolean }>;
  lastLogs(): Promise<string>;
}

export interface RunOptions {
  directory: PodDirectory;
  container: string;
  containerID: string;
  run: number;
  launch: Launch;
  reaper: Reaper;
  clock: Clock;
  diagnostics: Log;
  /** Must have made the identity durable when it resolves; the program starts after that. */
  record(identity: ProcessIdentity): Promise<void>;
}

/** What is still in the pipes after the last process has gone is read for at most this long. */
const drainMs = 1_000;

/** @throws NodeError `StartError` */
export async function startRun(options: RunOptions): Promise<ContainerRun> {
  const { directory, container, containerID, run, launch, reaper, clock } = options;
  await mkdir(directory.logDirectory(container), { recursive: true });
  await pruneLogs(directory, container, run);
  await writeFile(directory.terminationLog(container, run), '');
  const path = directory.log(container, run);
  const log = await createLogWriter(path, clock);
  try {
    const child = await spawnGated(launch);
    const { pid } = child.identity;
    reaper.watch(pid);
    let killedByNode = false;
    const copying = Promise.all([log.copy('stdout', child.stdout), log.copy('stderr', child.stderr)]).catch(
      (error: unknown) => options.diagnostics.error({ container, error }, 'the log of a container cannot be written'),
    );
    async function end(): Promise<ProcessExit & { killedByNode: boolean }> {
      const exit = await child.exited;
      await endContainerProcesses(pid, containerID);
      reaper.forget(pid);
      const stop = clock.after(drainMs, () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
      await copying;
      stop();
      await log.close();
      return { ...exit, killedByNode };
    }
    try {
      await options.record(child.identity);
    } catch (error) {
      child.cancel();
      await end();
      throw error;
    }
    child.go();
    return {
      log,
      terminate: () => void signalProcess(pid, 'SIGTERM'),
      kill() {
        killedByNode = true;
        signalGroup(pid, 'SIGKILL');
      },
      ended: end(),
      lastLogs: () => lastLogText(path, fallbackLines, fallbackLimitBytes, new AbortController().signal),
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}
