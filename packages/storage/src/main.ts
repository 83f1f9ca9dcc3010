import { existsSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { type Call, parseArguments } from './arguments.ts';
import { download } from './download.ts';
import { EXIT_CODES, type StorageError, storageErrorFrom } from './errors.ts';
import { createProgressLines, formatReport } from './progress-lines.ts';
import { redactUri } from './redact.ts';
import { packageVersion } from './version.ts';

const USAGE = `usage: serval-storage [--cache DIR] [--json] [--check] URI DIR [URI DIR ...]

Downloads each URI into its directory: s3://, gs://, abfss://, hf://, hdfs://, webhdfs://, oci://, http(s)://, file://, pvc://, a
Git repository (https://….git) or an absolute path. Each file appears only when it is whole; a directory that already holds the source is left as it is.

  --cache DIR   share files with other downloads on this machine through DIR (SERVAL_STORAGE_CACHE)
  --json        print a report of each download, a line each, on standard output
  --check       only look whether each URI can be listed and read; nothing is written
  --version     print the version
  --help        print this

example: serval-storage hf://openai-community/gpt2 /mnt/models
`;

/** The kubelet shows the content of this file as the container's termination message. */
const TERMINATION_LOG = '/dev/termination-log';

function terminationLog(): string | undefined {
  return process.env['SERVAL_TERMINATION_LOG'] || (existsSync(TERMINATION_LOG) ? TERMINATION_LOG : undefined);
}

function sayLast(path: string | undefined, text: string): void {
  if (!path) return;
  try {
    writeFileSync(path, `${text}\n`);
  } catch {
    // What matters is on stderr, too.
  }
}

function fail(error: StorageError): number {
  const sentence = `serval-storage: ${error.code}: ${error.message.replaceAll(/\s+/g, ' ')}`;
  process.stderr.write(`${sentence}\n`);
  sayLast(terminationLog(), sentence);
  return EXIT_CODES[error.code];
}

function computesRevision(): boolean {
  return process.env['SERVAL_STORAGE_REVISION'] === 'computed' && terminationLog() !== undefined;
}

/**
 * Tells the revision of what was brought where a kubelet reads it: in the Pod's status, whatever cluster it is. Reading the files once
 * more takes time, so it is not done where nobody asks (`SERVAL_STORAGE_REVISION=computed`). A model whose revision cannot be told is
 * served all the same.
 */
async function tellRevision(directories: readonly string[], signal: AbortSignal): Promise<void> {
  const path = terminationLog();
  if (!path) return;
  const { combinedRevision, contentRevision } = await import('./content-revision.ts');
  try {
    const computes = computesRevision();
    const revisions: string[] = [];
    for (const directory of directories) {
      const revision = await contentRevision(directory, { computes, signal });
      if (revision === undefined) return;
      revisions.push(revision);
    }
    const modelRevision = combinedRevision(revisions);
    process.stderr.write(`serval-storage: revision ${modelRevision}\n`);
    sayLast(path, JSON.stringify({ modelRevision }));
  } catch (error) {
    const { code, message } = storageErrorFrom(error, 'reading the model again');
    process.stderr.write(`serval-storage: warning: its revision is unknown: ${code}: ${message}\n`);
  }
}

async function main(args: readonly string[]): Promise<number> {
  let call: Call;
  try {
    call = parseArguments(args);
  } catch (error) {
    process.stderr.write(USAGE);
    return fail(storageErrorFrom(error, 'serval-storage'));
  }
  if (call.kind === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (call.kind === 'version') {
    process.stdout.write(`${packageVersion}\n`);
    return 0;
  }

  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      stoppedBy = name;
      stop.abort(new Error(`received ${name}`));
    });
  }
  const segmentBytes = Number(process.env['SERVAL_STORAGE_SEGMENT_BYTES']) || undefined;
  const parallel = Number(process.env['SERVAL_STORAGE_PARALLEL']) || undefined;
  const stallTimeoutMs = Number(process.env['SERVAL_STORAGE_STALL_TIMEOUT_MS']) || undefined;
  for (const { uri, directory } of call.pairs) {
    const progress = createProgressLines(
      (line) => process.stderr.write(`${line}\n`),
      () => performance.now(),
    );
    const options = { signal: stop.signal, environment: process.env, onEvent: progress, stallTimeoutMs };
    try {
      if (call.check) {
        const { files } = await (await import('./check-access.ts')).checkAccess(uri, options);
        process.stderr.write(`serval-storage: ${redactUri(uri)} can be read: ${files} files\n`);
        continue;
      }
      const report = await download(uri, directory, {
        ...options,
        cacheDirectory: call.cacheDirectory,
        segmentBytes,
        parallel,
        contentDigests: computesRevision(),
      });
      process.stderr.write(`${formatReport(report)}\n`);
      if (call.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    } catch (error) {
      const code = fail(storageErrorFrom(error, 'serval-storage'));
      return stoppedBy === 'SIGTERM' ? 143 : code;
    }
  }
  if (call.check) return 0;
  await tellRevision(
    call.pairs.map(({ directory }) => directory),
    stop.signal,
  );
  return 0;
}

// Short-lived objects are few, and thousands of small files would make room for them until memory is a third higher. V8 reads this
// at each collection; the largest size of that room (`--max-semi-space-size`) has no effect once the process runs.
setFlagsFromString('--semi-space-growth-factor=1');

// Not awaited: a script, as which single executables are built, cannot.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // `process.exit` at once would wait for ever for a compilation that waits for a collection (nodejs/node#54918). What is still open
  // after the last download must not keep a Pod waiting either.
  setTimeout(() => process.exit(), 1_000).unref();
});
