import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CliError } from '../command/cli-error.ts';

/** One file, answer of a server, or standard input. */
export interface ManifestSource {
  /** For messages. */
  where: string;
  /** Found in a folder, not named: it need not be a manifest at all. */
  isFound: boolean;
  /** Throws `CliError` BadManifest when it is too large or cannot be read. */
  read(): Promise<Uint8Array>;
}

export interface SourceOptions {
  stdin: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
  /** Folders below folders too; links are not followed. Default false. */
  recursive?: boolean;
}

/** The largest manifest that is read; an API server takes 3 MiB per object, a file may hold many. */
const maxManifestBytes = 64 * 1024 * 1024;
const maxFetchMs = 30_000;

/**
 * What files, folders (`.yaml`, `.yml`, `.json`), URLs and `-` stand for, in a stable order.
 * Throws `CliError` BadManifest for a path that is not there.
 */
export async function manifestSources(sources: readonly string[], options: SourceOptions): Promise<ManifestSource[]> {
  const { stdin, signal, recursive = false } = options;
  const found: ManifestSource[] = [];
  for (const source of sources) {
    if (source === '-') found.push({ where: 'standard input', isFound: false, read: () => readAll(stdin) });
    else if (/^https?:\/\//.test(source)) {
      found.push({ where: source, isFound: false, read: () => fetchBytes(source, signal) });
    } else {
      for (const file of await filesOf(source, recursive)) {
        found.push({ where: file, isFound: file !== source, read: () => readBytes(file) });
      }
    }
  }
  return found;
}

async function filesOf(path: string, recursive: boolean): Promise<string[]> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such file or folder' : cause.message;
    throw new CliError('BadManifest', `${path}: ${why}`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive });
  return names
    .filter((name) => ['.yaml', '.yml', '.json'].includes(extname(name)))
    .sort()
    .map((name) => join(path, name));
}

async function readBytes(file: string): Promise<Uint8Array> {
  const { size } = await stat(file).catch(unreadable(file));
  if (size > maxManifestBytes) {
    throw new CliError('BadManifest', `${file}: ${size} bytes, at most ${maxManifestBytes} are read`);
  }
  return readFile(file).catch(unreadable(file));
}

function unreadable(file: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new CliError('BadManifest', `${file}: cannot be read`, { cause });
  };
}

async function fetchBytes(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(maxFetchMs)]) }).catch(
    (cause: unknown) => {
      throw new CliError('BadManifest', `${url}: cannot be fetched`, { cause });
    },
  );
  if (!response.ok || !response.body)
    throw new CliError('BadManifest', `${url}: the server answered ${response.status}`);
  return readAll(response.body);
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxManifestBytes) throw new CliError('BadManifest', `more than ${maxManifestBytes} bytes of manifests`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
