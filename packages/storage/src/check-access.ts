import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError, storageErrorFrom } from './errors.ts';
import type { DownloadOptions } from './options.ts';
import type { RemoteFile } from './provider.ts';
import { redactUri } from './redact.ts';
import { withRetries } from './retry.ts';
import { listAll, openSource, type Source } from './source.ts';

/**
 * Whether everything that `uri` names could be downloaded: lists it, reads a byte of one of its files, and keeps nothing. Listing and reading
 * are rights of their own with most stores.
 * @throws StorageError as `download` would
 */
export async function checkAccess(uri: string, options: DownloadOptions = {}): Promise<{ files: number }> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'serval-storage-'));
  let source: Source | undefined;
  try {
    options.signal?.throwIfAborted();
    source = await openSource(uri, workDirectory, { ...options, parallel: 1 });
    const files = await listAll(source, source.retry, options.maxFiles);
    const readable = files.find(({ sizeBytes }) => sizeBytes !== 0);
    if (readable) await readByte(source, readable);
    return { files: files.length };
  } catch (error) {
    throw source?.overdue() ?? storageErrorFrom(error, `reading ${redactUri(uri)}`, options.signal);
  } finally {
    await source?.close();
    await rm(workDirectory, { recursive: true, force: true });
  }
}

async function readByte(source: Source, file: RemoteFile): Promise<void> {
  const { provider, providerOptions, signal, retry, onRetry } = source;
  // What takes no ranges is read from its beginning; the rest of it never comes.
  const end = file.rangeable ? 1 : file.sizeBytes;
  await withRetries(
    async () => {
      const { body } = await provider.read(file, { start: 0, end }, providerOptions, signal);
      try {
        for await (const _ of body.iterator({ destroyOnReturn: true })) return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof StorageError) throw error;
        throw new StorageError('SourceUnavailable', `the transfer of ${file.source} broke off`, {
          transient: true,
          cause: error,
        });
      } finally {
        body.destroy();
      }
    },
    retry,
    signal,
    (error, waitMs) => onRetry(file.source, error, waitMs),
  );
}
