import { spawn } from 'node:child_process';
import { signalGroup } from './group.ts';
import type { Reaper } from './reaper.ts';
import type { SpawnOptions } from './spawn.ts';

/** Of a probe's or hook's output, as much is kept as the kubelet keeps (10 KiB). */
const outputLimitBytes = 10 * 1024;

export interface ExecResult {
  /** `undefined` when it did not end in time or could not be started. */
  exitCode: number | undefined;
  output: string;
  timedOut: boolean;
}

/** Runs a command beside a container, as `exec` probes and hooks do; its group is killed when time is up. */
export async function execInContainer(
  { command, env, workingDirectory }: SpawnOptions,
  { timeoutMs, reaper, signal }: { timeoutMs: number; reaper: Reaper; signal: AbortSignal },
): Promise<ExecResult> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: workingDirectory,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) reaper.watch(child.pid);
  let output = '';
  const collect = (chunk: Buffer): void => {
    if (output.length < outputLimitBytes) output += chunk.toString('utf8').slice(0, outputLimitBytes - output.length);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  let timedOut = false;
  const kill = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    // A descendant that left the group could keep the pipes open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    const exitCode = await new Promise<number | undefined>((resolve) => {
      child.once('error', (error) => {
        output ||= error.message;
        resolve(undefined);
      });
      child.once('exit', (code) => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        // Output still in the pipe belongs to the result, but nobody may hold it open for long.
        const late = setTimeout(() => resolve(code ?? undefined), 200);
        child.once('close', () => {
          clearTimeout(late);
          resolve(code ?? undefined);
        });
      });
    });
    return { exitCode: timedOut ? undefined : exitCode, output, timedOut };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    if (child.pid !== undefined) reaper.forget(child.pid);
  }
}
