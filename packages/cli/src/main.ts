import { homedir } from 'node:os';
import { createOutput } from './command/output.ts';
import { runProgram } from './command/program.ts';
import { applyCommand } from './commands/apply.ts';
import { deleteCommand } from './commands/delete.ts';
import { describeCommand } from './commands/describe.ts';
import { diffCommand } from './commands/diff.ts';
import { downCommand } from './commands/down.ts';
import { getCommand } from './commands/get.ts';
import { kubeconfigCommand } from './commands/kubeconfig.ts';
import { logsCommand } from './commands/logs.ts';
import { predictCommand } from './commands/predict.ts';
import { renderCommand } from './commands/render.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { waitCommand } from './commands/wait.ts';
import { servalVersion } from './platform/run-platform.ts';

const commands = [
  upCommand,
  downCommand,
  statusCommand,
  kubeconfigCommand,
  applyCommand,
  getCommand,
  describeCommand,
  deleteCommand,
  logsCommand,
  waitCommand,
  predictCommand,
  renderCommand,
  diffCommand,
  startCommand,
];

const stop = new AbortController();
/** One key press can arrive twice: npm passes on to its script what the terminal has sent there already. */
const sameKeyPressMs = 1_000;
let askedAt = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Whoever asks again does not want to wait for a clean stop.
    if (stop.signal.aborted && performance.now() - askedAt > sameKeyPressMs) process.exit(130);
    askedAt ||= performance.now();
    stop.abort();
  });
}
// A reader that went away (`serval get … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await runProgram(commands, process.argv.slice(2), {
  out: createOutput(process.stdout, process.stderr),
  signal: stop.signal,
  env: process.env,
  homeDirectory: homedir(),
  workingDirectory: process.cwd(),
  stdin: process.stdin,
  version: servalVersion,
});
