import { StorageError } from '../errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { type WebHdfs, webHdfsJson } from './request.ts';

/** FileStatus (WebHDFS REST API, "FileStatus JSON Schema"), as far as it matters here. */
export interface FileStatus {
  pathSuffix: string;
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  length: number;
  modificationTime: number;
  /** 0 where the server tells none (HttpFS). */
  fileId: number;
  blockSize: number;
  /** Neither encrypted nor erasure-coded, so that its blocks are its content. */
  plain: boolean;
}

/** A tree of directories that is wider or deeper is no model. */
const MAX_DIRECTORIES = 10_000;
const MAX_DEPTH = 64;

/** @throws StorageError ObjectNotFound and others of the request, SourceRejected for an answer that is none */
export async function fileStatus(
  path: string,
  source: string,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<FileStatus> {
  const answer = await webHdfsJson({ op: 'GETFILESTATUS', path, source }, hdfs, options, signal);
  return statusFrom((answer as { FileStatus?: unknown } | null)?.FileStatus, source);
}

/** Every file below a directory with its path from there. Directories are listed one after the other. */
export async function* filesBelow(
  root: string,
  source: string,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): AsyncGenerator<[name: string, status: FileStatus]> {
  const directories = [''];
  for (let count = 1; directories.length > 0; count++) {
    if (count > MAX_DIRECTORIES) {
      throw new StorageError('TooManyFiles', `${source} has more than ${MAX_DIRECTORIES} directories`, {
        hint: 'name the folder of one model, not the one above it',
      });
    }
    const directory = directories.pop()!;
    if (directory.split('/').length > MAX_DEPTH) {
      throw new StorageError('TooManyFiles', `${source} is more than ${MAX_DEPTH} directories deep`);
    }
    for await (const status of entriesOf(root + (directory && `/${directory}`), source, hdfs, options, signal)) {
      const name = directory === '' ? status.pathSuffix : `${directory}/${status.pathSuffix}`;
      if (status.type === 'DIRECTORY') directories.push(name);
      else if (status.type === 'FILE') yield [name, status];
      else {
        throw new StorageError('UnsafeName', `"${name}" in ${source} is a symbolic link`, {
          hint: 'put the file itself there',
          details: { name },
        });
      }
    }
  }
}

async function* entriesOf(
  path: string,
  source: string,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): AsyncGenerator<FileStatus> {
  const seen = new Set<string>();
  let last: string | undefined;
  for (;;) {
    const { entries, remaining } = await batch(path || '/', last, source, hdfs, options, signal);
    for (const entry of entries) {
      const status = statusFrom(entry, source);
      const { pathSuffix } = status;
      // Checked here and not only with all names, because directories are asked for by them.
      if (pathSuffix === '' || pathSuffix === '.' || pathSuffix === '..' || pathSuffix.includes('/')) {
        throw new StorageError('UnsafeName', `entry "${pathSuffix}" of ${source} is not the name of a file`);
      }
      // A listing that begins again would never end. (Names come in the order of their bytes as signed numbers.)
      if (seen.has(pathSuffix)) throw strange(source);
      seen.add(pathSuffix);
      last = pathSuffix;
      yield status;
    }
    if (remaining === 0) return;
    if (entries.length === 0) throw strange(source);
  }
}

async function batch(
  path: string,
  startAfter: string | undefined,
  source: string,
  hdfs: WebHdfs,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<{ entries: readonly unknown[]; remaining: number }> {
  const parameters: Record<string, string> = startAfter === undefined ? {} : { startAfter };
  try {
    const answer = await webHdfsJson({ op: 'LISTSTATUS_BATCH', path, parameters, source }, hdfs, options, signal);
    const listing = (answer as { DirectoryListing?: Listing } | null)?.DirectoryListing;
    const entries = listing?.partialListing?.FileStatuses?.FileStatus;
    const remaining = listing?.remainingEntries;
    if (!Array.isArray(entries) || typeof remaining !== 'number') throw strange(source);
    return { entries, remaining };
  } catch (error) {
    // Hadoop before 2.8 does not know the operation.
    const unknown = error instanceof StorageError && error.details['exception'] === 'IllegalArgumentException';
    if (!unknown || startAfter !== undefined) throw error;
  }
  const answer = await webHdfsJson({ op: 'LISTSTATUS', path, source }, hdfs, options, signal);
  const entries = (answer as { FileStatuses?: { FileStatus?: unknown } } | null)?.FileStatuses?.FileStatus;
  if (!Array.isArray(entries)) throw strange(source);
  return { entries, remaining: 0 };
}

interface Listing {
  partialListing?: { FileStatuses?: { FileStatus?: unknown } };
  remainingEntries?: unknown;
}

function statusFrom(value: unknown, source: string): FileStatus {
  const status = value as Record<string, unknown> | null | undefined;
  const size = (name: string) => (Number.isSafeInteger(status?.[name]) && Number(status?.[name])) || 0;
  const type = status?.['type'];
  const pathSuffix = status?.['pathSuffix'];
  if (typeof pathSuffix !== 'string' || !['FILE', 'DIRECTORY', 'SYMLINK'].includes(String(type))) throw strange(source);
  if (!Number.isSafeInteger(status?.['length']) || size('length') < 0) throw strange(source);
  return {
    pathSuffix,
    type: type as FileStatus['type'],
    length: size('length'),
    modificationTime: size('modificationTime'),
    fileId: size('fileId'),
    blockSize: size('blockSize'),
    plain: status?.['encBit'] !== true && status?.['ecBit'] !== true,
  };
}

function strange(source: string): StorageError {
  return new StorageError('SourceRejected', `the answer about ${source} is not of WebHDFS`, {
    hint: 'check that HDFS_NAMENODE leads to the HTTP port of a name node, or to HttpFS',
    details: { source },
  });
}
