import { homedir } from 'node:os';
import type { Command, CommandGroup } from './command/command.ts';
import { createOutput } from './command/output.ts';
import { runProgram } from './command/program.ts';
import { servalVersion } from './command/version.ts';

/** Loaded one at a time: `serval get` must not wait for what only `serval up` needs. */
const loaders: Record<string, () => Promise<Command | CommandGroup>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  down: async () => (await import('./commands/down.ts')).downCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  kubeconfig: async () => (await import('./commands/kubeconfig.ts')).kubeconfigCommand,
  apply: async () => (await import('./commands/apply.ts')).applyCommand,
  get: async () => (await import('./commands/get.ts')).getCommand,
  describe: async () => (await import('./commands/describe.ts')).describeCommand,
  delete: async () => (await import('./commands/delete.ts')).deleteCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
  wait: async () => (await import('./commands/wait.ts')).waitCommand,
  predict: async () => (await import('./commands/predict.ts')).predictCommand,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  validate: async () => (await import('./commands/validate.ts')).validateCommand,
  schema: async () => (await import('./commands/schema.ts')).schemaCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  manifests: async () => (await import('./commands/manifests.ts')).manifestsCommands,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  storage: async () => (await import('./commands/storage.ts')).storageCommands,
  'storage-config': async () => (await import('./commands/storage-config.ts')).storageConfigCommands,
  pipeline: async () => (await import('./commands/pipeline.ts')).pipelineCommands,
  credentials: async () => (await import('./commands/credentials.ts')).credentialsCommands,
  promote: async () => (await import('./commands/promote.ts')).promoteCommands,
  install: async () => (await import('./commands/install.ts')).installCommand,
  uninstall: async () => (await import('./commands/uninstall.ts')).uninstallCommand,
  start: async () => (await import('./commands/start.ts')).startCommand,
};

const [named = ''] = process.argv.slice(2);
const isVersion = named === '--version' || named === '-V';
const wanted = Object.hasOwn(loaders, named) ? [loaders[named]] : isVersion ? [] : Object.values(loaders);
const commands = await Promise.all(wanted.flatMap((load) => (load ? [load()] : [])));

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
