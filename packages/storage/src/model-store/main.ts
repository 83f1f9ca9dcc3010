import { writeFileSync } from 'node:fs';
import { parseStoreArguments, USAGE } from './arguments.ts';
import { startModelStore } from './server.ts';

function fail(message: string, code: number): never {
  const sentence = `serval-model-store: ${message}`;
  process.stderr.write(`${sentence}\n`);
  const path = process.env['SERVAL_TERMINATION_LOG'];
  if (path) {
    try {
      writeFileSync(path, `${sentence}\n`);
    } catch {
      // The sentence is on stderr, too.
    }
  }
  process.exit(code);
}

const args = (() => {
  try {
    return parseStoreArguments(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(USAGE);
    return fail((error as Error).message, 2);
  }
})();
const store = await startModelStore({
  ...args,
  onError: (error, path) => process.stderr.write(`cannot serve ${path}: ${(error as Error).message}\n`),
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') return fail(`port ${args.port} at ${args.host} is taken`, 1);
  if (error.code === 'ENOENT') return fail(`directory ${args.directory} does not exist`, 1);
  return fail(`cannot serve ${args.directory} at ${args.host}:${args.port}: ${error.message}`, 1);
});
process.stderr.write(`serving ${args.directory} at ${store.url}\n`);
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    void store.close();
  });
}
