import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CliError } from '../command/cli-error.ts';
import type { Program } from './programs.ts';

export interface GatewayProcess {
  /** `127.0.0.1:8080`. */
  external: string;
  internal: string;
  pid: number;
  /** Resolves with the exit code when the process ends by itself or by `stop`. */
  ended: Promise<number>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  program: Program;
  kubeconfig: string;
  /** Of the kubeconfig; default: its current one. */
  context: string | undefined;
  port: number;
  internalPort: number;
  env: Record<string, string>;
  onLogLine(line: string): void;
}

/** Time for requests in flight when the gateway stops; then it is killed. */
const stopTimeoutMs = 10_000;
const startTimeoutMs = 30_000;

/**
 * Starts the gateway in a process of its own and waits until it listens. It ends by itself when its standard input closes,
 * that is, when this process ends in whatever way.
 */
export async function startGatewayProcess(options: GatewayOptions): Promise<GatewayProcess> {
  const [command = '', ...args] = options.program.command;
  const child = spawn(
    command,
    [
      ...args,
      '--kubeconfig',
      options.kubeconfig,
      ...(options.context === undefined ? [] : ['--context', options.context]),
      '--port',
      `${options.port}`,
      '--internal-port',
      `${options.internalPort}`,
    ],
    // A group of its own: Ctrl-C goes to this process, which stops the parts in their order.
    { stdio: ['pipe', 'pipe', 'pipe'], env: options.env, detached: true },
  );
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.splice(0, Math.max(0, lines.length - 20));
    lines.push(line);
    options.onLogLine(line);
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const listening = await firstLine(child, ended, lines);
  return {
    ...listening,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.stdin.end();
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function firstLine(
  child: ChildProcess,
  ended: Promise<number>,
  lines: string[],
): Promise<{ external: string; internal: string }> {
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  try {
    return await new Promise((resolve, reject) => {
      output.once('line', (line) => resolve(JSON.parse(line) as { external: string; internal: string }));
      child.once('error', reject);
      void ended.then((code) => {
        const said = lines.at(-1) ?? `it ended with code ${code} and said nothing`;
        reject(
          new CliError(said.includes('in use') ? 'PortTaken' : 'GatewayFailed', `the gateway did not start: ${said}`, {
            ...(said.includes('in use')
              ? { hint: 'choose another one with --gateway-port (0 takes any free one)' }
              : {}),
          }),
        );
      });
    });
  } finally {
    clearTimeout(timer);
  }
}
