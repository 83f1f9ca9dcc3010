import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageEnvironment } from '../../scripts/operator/bundle.ts';

const megabyte = 2 ** 20;

export interface OperatorProgram {
  readonly pid: number;
  /** Resident memory as the kernel counts it, in MiB: now, and the most there ever was. 0 where there is no /proc. */
  memory(): Promise<{ now: number; peak: number }>;
  stop(): Promise<void>;
}

export interface OperatorProgramOptions {
  /** Of `bundleOperator`. */
  readonly main: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Holds the webhooks' `tls.crt` and `tls.key`. */
  readonly certificates: string;
  readonly webhookPort: number;
  /** Further options of Node.js, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

/** The operator as it runs in a Pod: its own program, bundled as in its image, in a process of its own, leading and answering webhooks. */
export async function startProgram(options: OperatorProgramOptions): Promise<OperatorProgram> {
  const loopback = ['--webhook-host', '127.0.0.1', '--health-host', '127.0.0.1', '--health-port', '0'];
  const child = spawn(
    process.execPath,
    [
      ...(options.nodeOptions ?? []),
      ...[options.main, '--kubeconfig', options.kubeconfig, '--namespace', options.namespace],
      ...['--pod-name', 'bench', '--certificates', 'files', '--webhook-cert-dir', options.certificates],
      ...['--webhook-port', String(options.webhookPort), '--metrics-port', '0', '--stop-seconds', '1', ...loopback],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...(await imageEnvironment()) } },
  );
  const ended = once(child, 'close');
  await waitForWebhooks(child);
  const pid = child.pid as number;
  return {
    pid,
    memory: () => memoryOf(pid),
    async stop() {
      child.kill('SIGTERM');
      // One that does not heed it holds the bench up.
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Resolves once it says that its webhooks are served; what it warns of is shown. */
function waitForWebhooks(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = '';
    child.once('close', (code) => reject(new Error(`the operator ended with code ${code}: ${last}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      last = line;
      const entry = parseLine(line);
      if (entry['msg'] === 'webhooks are served') resolve();
      if (entry['level'] !== 'info' && entry['level'] !== 'debug') process.stderr.write(`  operator: ${line}\n`);
    });
  });
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { level: 'error' };
  }
}

async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const read = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024) / megabyte;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** Waits until `find` answers the same for `quietMs`; answers when it last changed (`performance.now()`). */
export async function quiet(find: () => number, quietMs: number): Promise<number> {
  let seen = find();
  let at = performance.now();
  while (performance.now() - at < quietMs) {
    await sleep(20);
    const now = find();
    if (now === seen) continue;
    seen = now;
    at = performance.now();
  }
  return at;
}
