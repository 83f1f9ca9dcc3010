import { open } from 'node:fs/promises';
import type { Container, ContainerState } from '@serval/kube/objects';
import { errnoOf } from '../errors.ts';

/**
 * Reason of an end that says nothing of the container: the node stopped under it. It starts again with the next node,
 * and its exit code counts neither as success nor as failure.
 */
export const nodeShutdown = 'NodeShutdown';

/** Whether a container has done its work. */
export function hasSucceeded(terminated: ContainerState['terminated']): boolean {
  return terminated?.exitCode === 0 && terminated.reason !== nodeShutdown;
}

/** How a process ended. */
export interface ProcessExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Limits of the kubelet (pkg/kubelet/container): of the file, and of the log lines that stand in for it. */
const messageLimitBytes = 4096;
export const fallbackLimitBytes = 2048;
export const fallbackLines = 80;

/** The file's first 4096 bytes; empty where there is none. */
async function readTerminationLog(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(messageLimitBytes), 0, messageLimitBytes, 0);
      return buffer.subarray(0, bytesRead).toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    return `Error on reading termination log ${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The message of a terminated state; `lastLogs` is asked only where the policy and a failure call for it. */
export async function terminationMessage(
  container: Container,
  exitCode: number,
  file: string,
  lastLogs: () => Promise<string>,
): Promise<string> {
  const message = await readTerminationLog(file);
  if (message !== '' || exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') {
    return message;
  }
  return lastLogs();
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/**
 * The terminated state of an exit. A signal shows as 128 + its number, as container runtimes report it. Memory
 * is not limited here, so a SIGKILL that the node did not send is most likely the kernel's for lack of memory:
 * `OOMKilled` is the best guess, and is what a person should look at first.
 */
export function terminatedState(
  { exitCode, signal }: ProcessExit,
  times: { startedAt?: string; finishedAt: string },
  options: { message?: string; killedByNode: boolean; nodeStopped?: boolean; containerID?: string },
): NonNullable<ContainerState['terminated']> {
  const number = signal ? (signalNumbers[signal] ?? 0) : 0;
  const code = exitCode ?? 128 + number;
  const outOfMemory = signal === 'SIGKILL' && !options.killedByNode;
  return {
    exitCode: code,
    reason: options.nodeStopped ? nodeShutdown : code === 0 ? 'Completed' : outOfMemory ? 'OOMKilled' : 'Error',
    ...(options.message ? { message: options.message } : {}),
    ...(times.startedAt ? { startedAt: times.startedAt } : {}),
    finishedAt: times.finishedAt,
    ...(options.containerID ? { containerID: options.containerID } : {}),
  };
}
