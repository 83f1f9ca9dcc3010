import { existsSync, writeFileSync } from 'node:fs';
import { download } from './download.ts';
import { EXIT_CODES, StorageError, storageErrorFrom } from './errors.ts';
import { createProgressLines, formatReport } from './progress-lines.ts';

const USAGE = `usage: serval-storage URI DIR [URI DIR ...]

Downloads each URI into its directory: s3://, abfss://, gs://, hf://, hdfs://, webhdfs://, oci://, http(s)://, file://, pvc:// or an absolute path.
Each file appears only when it is whole; a directory that already holds the source is left as it is.
`;

/** The kubelet shows the content of this file as the container's termination message. */
const TERMINATION_LOG = '/dev/termination-log';

function fail(error: StorageError): number {
  const sentence = `serval-storage: ${error.code}: ${error.message.replaceAll(/\s+/g, ' ')}`;
  process.stderr.write(`${sentence}\n`);
  const path = process.env['SERVAL_TERMINATION_LOG'] || (existsSync(TERMINATION_LOG) ? TERMINATION_LOG : undefined);
  if (path) {
    try {
      writeFileSync(path, `${sentence}\n`);
    } catch {
      // The sentence is on stderr, too.
    }
  }
  return EXIT_CODES[error.code];
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (args.length === 0 || args.length % 2 !== 0) {
    process.stderr.write(USAGE);
    return fail(new StorageError('InvalidArgument', `expected pairs of URI and DIR, got ${args.length} arguments`));
  }
  const directories = args.filter((_, index) => index % 2 === 1);
  const twice = directories.find((directory, index) => directories.indexOf(directory) !== index);
  if (twice !== undefined) {
    return fail(
      new StorageError('InvalidArgument', `directory ${twice} is given twice`, { hint: 'each URI needs its own' }),
    );
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
  for (let index = 0; index < args.length; index += 2) {
    const progress = createProgressLines(
      (line) => process.stderr.write(`${line}\n`),
      () => performance.now(),
    );
    try {
      const report = await download(args[index]!, args[index + 1]!, {
        signal: stop.signal,
        environment: process.env,
        onEvent: progress,
        segmentBytes,
        parallel,
        stallTimeoutMs,
      });
      process.stderr.write(`${formatReport(report)}\n`);
    } catch (error) {
      const code = fail(storageErrorFrom(error, 'serval-storage'));
      return stoppedBy === 'SIGTERM' ? 143 : code;
    }
  }
  return 0;
}

// Not awaited: a script, as which single executables are built, cannot.
void main(process.argv.slice(2)).then((code) => process.exit(code));
