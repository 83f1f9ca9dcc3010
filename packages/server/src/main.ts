/** The image `serval/model-server`: serves one model over HTTP until SIGTERM. */
import { writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import manifest from '../package.json' with { type: 'json' };
import { startModelServer } from './model-server.ts';
import { readSettings } from './settings.ts';

/** For what is still open after everything was closed. */
const lingerMs = 1_000;

try {
  await run();
} catch (error) {
  fail(error);
}

async function run(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.ignoredFlags.length > 0) console.error(`without effect here: ${settings.ignoredFlags.join(', ')}`);
  const server = await startModelServer({
    settings,
    version: manifest.version,
    now: () => performance.now(),
    onError: (error) => console.error(error),
  });
  // A clean exit, because only then is Node's compile cache written, if one is set.
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(0);
    isStopping = true;
    server.drain().then(end, fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  console.log(`listening on http://${server.host}:${server.port}`);
  await server.loaded.catch((error: unknown) => {
    if (!isStopping) throw error;
  });
  if (isStopping) return;
  // For the next server, which may start long before this one ends.
  flushCompileCache();
  console.log(`model ${settings.modelName} is ready after ${Math.round(performance.now())} ms`);
}

/**
 * Ends when nothing is left to do, and soon in any case: `process.exit` at once would wait for ever for a compilation that waits for a
 * collection (nodejs/node#54918).
 */
function end(): void {
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** The reason in one sentence: the last line of stderr, and the termination message of the container. */
function fail(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  const file = process.env['SERVAL_TERMINATION_LOG'];
  if (file) {
    try {
      writeFileSync(file, reason);
    } catch (cause) {
      console.error(`cannot write ${file}: ${String(cause)}`);
    }
  }
  console.error(reason);
  process.exit(1);
}
