import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageErrorFrom } from './errors.ts';
import type { DownloadOptions } from './options.ts';
import type { Digest } from './provider.ts';
import { redactUri } from './redact.ts';
import { listAll, openSource } from './source.ts';

/** A file as its source tells it. */
export interface ListedFile {
  name: string;
  /** Where it is; shows no credential. */
  source: string;
  /** `undefined` where only the last byte tells. */
  sizeBytes: number | undefined;
  version: string | undefined;
  digest: Digest | undefined;
}

/** What `download` would fetch, without fetching it; an archive is its one file. @throws StorageError */
export async function list(uri: string, options: DownloadOptions = {}): Promise<ListedFile[]> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'serval-storage-'));
  let source: Awaited<ReturnType<typeof openSource>> | undefined;
  try {
    options.signal?.throwIfAborted();
    source = await openSource(uri, workDirectory, { ...options, parallel: 1 });
    const files = await listAll(source, source.retry, options.maxFiles);
    return files.map(({ name, source: where, sizeBytes, version, digest }) => ({
      name,
      source: where,
      sizeBytes,
      version,
      digest,
    }));
  } catch (error) {
    throw source?.overdue() ?? storageErrorFrom(error, `listing ${redactUri(uri)}`, options.signal);
  } finally {
    await source?.close();
    await rm(workDirectory, { recursive: true, force: true });
  }
}
