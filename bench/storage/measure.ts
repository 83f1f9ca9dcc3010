import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export interface Measured {
  seconds: number;
  /** User and system time of the process and its children. */
  cpuSeconds: number;
  /** Highest resident memory of the process itself; 0 where it ended before it could be read. */
  peakBytes: number;
}

const SAMPLE_MS = 5;

/** Runs a command to its end. The shell's `time` counts the processor time, the kernel's high-water mark the memory. Linux only. */
export async function measure(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<Measured> {
  // `exec` is left out on purpose: the shell must live to tell; the process that is looked at is its child.
  const script = 'TIMEFORMAT="%U %S" ; { time "$@" >&4 2>&5 ; } 2>&3';
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe', 'pipe'],
  });
  const startMs = performance.now();
  const texts = [3, 4, 5].map((stream) => {
    const text = { value: '' };
    (child.stdio[stream] as NodeJS.ReadableStream).on('data', (data) => {
      text.value = (text.value + data).slice(-20_000);
    });
    return text;
  });
  let peakBytes = 0;
  let watching = true;
  const watched = (async () => {
    while (watching) {
      peakBytes = Math.max(peakBytes, await peakOfChild(child.pid!));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  const [code] = await once(child, 'exit');
  const seconds = (performance.now() - startMs) / 1000;
  watching = false;
  await Promise.all([watched, child.exitCode === null ? once(child, 'close') : undefined]);
  if (code !== 0)
    throw new Error(`${command.slice(0, 3).join(' ')} ended with ${code}: ${texts[1]!.value}${texts[2]!.value}`);
  await new Promise((resolve) => setTimeout(resolve, 20)); // what it printed last
  const [user, system] = texts[0]!.value.trim().split(' ').map(Number);
  return { seconds, cpuSeconds: user! + system!, peakBytes };
}

async function peakOfChild(shell: number): Promise<number> {
  const children = await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8').catch(() => '');
  const status = await readFile(`/proc/${children.trim().split(' ')[0]}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
