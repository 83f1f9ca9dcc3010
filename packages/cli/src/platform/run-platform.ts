import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import type { CommandContext } from '../command/command.ts';
import { servalVersion } from '../command/version.ts';
import { parseUpOptions, type UpOptions } from '../commands/up-options.ts';
import {
  lockDataDirectory,
  prepareDataDirectory,
  type RunRecord,
  removeRunRecord,
  writeRunRecord,
} from './data-directory.ts';
import { createLogFile } from './log-file.ts';
import { type Platform, startPlatform } from './start-platform.ts';

/** Variables of the caller's environment that programs of the platform may see; nothing else reaches them. */
const inheritedVariables = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];

/**
 * Starts everything on the data directory, runs `body`, and stops everything again, whatever happens. `body` answers the
 * exit code; a part that fails for good ends it with that error.
 */
export async function runPlatform(
  context: CommandContext,
  defaults: { modelStore?: string },
  body: (platform: Platform) => Promise<number>,
): Promise<number> {
  const { dataDir, signal, out, env } = context;
  const options = parseUpOptions(context.options, process.platform === 'linux' ? 'addresses' : 'ports');
  await prepareDataDirectory(dataDir);
  const lock = await lockDataDirectory(dataDir);
  const logFile = createLogFile(join(dataDir, 'logs', 'serval.log'));
  try {
    const modelStore = resolve(options.modelStore ?? defaults.modelStore ?? join(dataDir, 'models'));
    await mkdir(modelStore, { recursive: true });
    const platform = await startPlatform({
      dataDir,
      apiPort: options.apiPort,
      gatewayPort: options.gatewayPort,
      podNetwork: options.podNetwork,
      modelStore,
      kubeconfig: options.kubeconfig,
      context: options.context,
      controllers: options.controllers,
      advertiseAddress: options.advertiseAddress,
      env: {
        ...Object.fromEntries(
          inheritedVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
        ),
        NODE_COMPILE_CACHE: join(dataDir, 'cache', 'compile'),
      },
      log: pino({ level: env['SERVAL_LOG_LEVEL'] ?? 'info' }, logFile),
      signal,
      onProgress: (line) => out.note(line),
    });
    try {
      await writeRunRecord(dataDir, recordOf(platform, options));
      return await Promise.race([
        body(platform),
        platform.failed.then((reason) => {
          throw reason;
        }),
      ]);
    } finally {
      out.note('stopping …');
      await platform.close();
      await removeRunRecord(dataDir);
    }
  } finally {
    await logFile.end();
    lock.release();
  }
}

function recordOf(platform: Platform, { podNetwork, context }: UpOptions): RunRecord {
  return {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    version: servalVersion,
    apiServer: platform.apiServer,
    kubeconfig: platform.kubeconfig,
    ...(context === undefined ? {} : { context }),
    gateway: platform.gateway,
    podNetwork,
  };
}

/** Resolves when the person or the system asks to stop. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
