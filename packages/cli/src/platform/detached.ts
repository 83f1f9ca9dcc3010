import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../command/cli-error.ts';
import { type CommandContext, textOption } from '../command/command.ts';
import { printSummary } from '../commands/up.ts';
import { lockDataDirectory, prepareDataDirectory, readRunRecord } from './data-directory.ts';
import { programOf } from './programs.ts';

const pollMs = 50;
const startTimeoutMs = 120_000;

/** Starts `serval up` in a session of its own and waits until it is up, or tells why it is not. */
export async function startDetached(context: CommandContext): Promise<number> {
  const { dataDir, options, env, signal } = context;
  await prepareDataDirectory(dataDir);
  // Says who runs there, before that one's output file is written over.
  (await lockDataDirectory(dataDir)).release();
  await mkdir(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const outputPath = join(dataDir, 'logs', 'up.out');
  const output = await open(outputPath, 'w', 0o600);
  const [command = '', ...args] = programOf('@serval/cli/main').command;
  const passed = [
    'apiPort',
    'gatewayPort',
    'podNetwork',
    'modelStore',
    'kubeconfig',
    'context',
    'controllers',
    'advertiseAddress',
  ].flatMap((name) => {
    const value = textOption(options, name);
    return value === undefined ? [] : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value];
  });
  const child = spawn(command, [...args, 'up', '--data-dir', dataDir, ...passed], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
    env: env as NodeJS.ProcessEnv,
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
  try {
    for (;;) {
      const record = await readRunRecord(dataDir);
      if (record?.pid === child.pid && record !== undefined) {
        printSummary(context, record);
        child.unref();
        return 0;
      }
      const code = await Promise.race([ended, sleep(pollMs, undefined)]);
      if (code !== undefined) {
        const output = (await readFile(outputPath, 'utf8')).trim().split('\n');
        // What it said last, with its own hint, is all that a person needs.
        const last = output.findLastIndex((line) => line.startsWith('serval: '));
        const said = output.slice(last === -1 ? -5 : last).join('\n');
        throw new CliError(
          'NotRunning',
          `the platform did not start: ${said.replace(/^serval: /, '') || `exit code ${code}`}`,
          {
            ...(last === -1 ? { hint: `all of its output is in ${outputPath}` } : {}),
          },
        );
      }
      if (deadline.aborted) {
        child.kill('SIGTERM');
        throw new CliError('TimedOut', `the platform was not up after ${startTimeoutMs / 1000} s`, {
          hint: `its output is in ${outputPath}`,
        });
      }
    }
  } finally {
    await output.close();
  }
}
