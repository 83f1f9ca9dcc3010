import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(repository, 'packages/cli/bin/serval.js');

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunningPlatform {
  dataDir: string;
  pid: number;
  kubeconfig: string;
  /** `http://127.0.0.1:PORT`. */
  gatewayUrl: string;
  gatewayPid: number;
  /** What it has printed so far. */
  output(): string;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number>;
  /** SIGKILL, with no chance to clean up. */
  kill(): Promise<void>;
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-test-'));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return directory;
}

/** Runs one `serval` command to its end. */
export async function serval(args: string[], options: { dataDir: string; input?: string }): Promise<Outcome> {
  return run(process.execPath, [launcher, ...args, '--data-dir', options.dataDir], { input: options.input });
}

/** Runs any command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { input?: string | Uint8Array | undefined; env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Outcome> {
  const { input, ...where } = options;
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...where });
  // A command that has ended, or refuses its input early, does not read it; the error of the write says no more than that.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, stdout: stdout(), stderr: stderr() };
}

/**
 * A platform of its own in a process of its own, on free ports, stopped with the test. Waits until it is up; the time limit
 * is the test runner's.
 */
export async function startPlatform(
  t: TestContext,
  options: { dataDir?: string; args?: string[] } = {},
): Promise<RunningPlatform> {
  const dataDir = options.dataDir ?? (await temporaryDirectory(t));
  const child = spawn(
    process.execPath,
    [launcher, 'up', '--data-dir', dataDir, '--api-port', '0', '--gateway-port', '0', ...(options.args ?? [])],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const stop = async () => {
    child.kill('SIGTERM');
    return ended;
  };
  t.after(stop);
  const record = await untilUp(child, dataDir, ended, () => stdout() + stderr());
  return {
    dataDir,
    pid: child.pid as number,
    kubeconfig: record.kubeconfig,
    gatewayUrl: `http://${record.gateway.external}`,
    gatewayPid: record.gateway.pid,
    output: () => stdout() + stderr(),
    stop,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Record {
  pid: number;
  kubeconfig: string;
  gateway: { external: string; pid: number };
}

async function untilUp(
  child: ChildProcess,
  dataDir: string,
  ended: Promise<number>,
  output: () => string,
): Promise<Record> {
  for (;;) {
    const text = await readFile(join(dataDir, 'run.json'), 'utf8').catch(() => undefined);
    const record = text === undefined ? undefined : (JSON.parse(text) as Record);
    if (record?.pid === child.pid && record !== undefined) return record;
    const code = await Promise.race([ended, sleep(50, undefined)]);
    if (code !== undefined) throw new Error(`serval up ended with code ${code}\n${output()}`);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
