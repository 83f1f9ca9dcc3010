import { open, rm, stat, symlink } from 'node:fs/promises';
import type { Cache } from './cache/cache.ts';
import { strongerOf, verifyDigest } from './digest.ts';
import { StorageError, targetErrorFrom } from './errors.ts';
import { piecesOf } from './http/lent-body.ts';
import { appendJournal, type PlacedFile } from './manifest.ts';
import { type Budget, createBudget, forEachParallel } from './parallel.ts';
import { openPartFile, type PartFile, partPath, type Segment } from './part-file.ts';
import type { Digest, Provider, ProviderOptions, RemoteFile } from './provider.ts';
import { type RetryPolicy, withRetries } from './retry.ts';
import { placeFile, statPlaced } from './target.ts';

export interface Transfer {
  /** Real path of the target directory. */
  root: string;
  provider: Provider;
  providerOptions: ProviderOptions;
  parallel: number;
  segmentBytes: number;
  /** Places symbolic links to files of this machine, where the provider has a path. */
  symlinks: boolean;
  /** Whether the SHA-256 of each file is wanted, told by its source or not. */
  contentDigests: boolean;
  /** Shared with other processes of this machine. */
  cache: Cache | undefined;
  retry: RetryPolicy;
  signal: AbortSignal;
  onBytes(bytes: number): void;
  /** Bytes of a file that the cache had. */
  onCached(bytes: number): void;
  onRetry(source: string, error: StorageError, waitMs: number): void;
  onPlaced(file: PlacedFile): void;
}

/** How often a file whose digest was wrong is fetched before that is taken for the truth. */
const DIGEST_ATTEMPTS = 3;

/** Fetches files, checks them, and puts each under its final name when it is whole. */
export async function transferFiles(files: readonly RemoteFile[], transfer: Transfer): Promise<PlacedFile[]> {
  const placed: PlacedFile[] = [];
  await transferTogether(files, transfer, async (file, together, budget) => {
    const result = await transferFile(file, together, budget);
    await appendJournal(transfer.root, result);
    placed.push(result);
    transfer.onPlaced(result);
  });
  return placed;
}

/** A file on disk, whole and checked, under its temporary name. */
export interface FetchedPart {
  file: RemoteFile;
  path: string;
  sizeBytes: number;
  digest: Digest | undefined;
}

/** Fetches and checks files, and leaves them under their temporary names. Answers in the order of `files`. */
export async function transferParts(files: readonly RemoteFile[], transfer: Transfer): Promise<FetchedPart[]> {
  const parts = new Map<RemoteFile, FetchedPart>();
  await transferTogether(files, transfer, async (file, together, budget) => {
    parts.set(file, { file, ...(await bringWhole(file, together, budget)) });
  });
  return files.map((file) => parts.get(file)!);
}

/** The first failure stops the others. */
async function transferTogether(
  files: readonly RemoteFile[],
  transfer: Transfer,
  each: (file: RemoteFile, transfer: Transfer, budget: Budget) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([transfer.signal, failed.signal]);
  const budget = createBudget(transfer.parallel);
  await forEachParallel(files, transfer.parallel, async (file) => {
    try {
      await each(file, { ...transfer, signal }, budget);
    } catch (error) {
      const failure = targetErrorFrom(error, transfer.root, file.sizeBytes) ?? error;
      failed.abort(failure); // what still runs has no use any more
      throw failed.signal.reason; // the first failure, not what stopping the others brought
    }
  });
}

async function transferFile(file: RemoteFile, transfer: Transfer, budget: Budget): Promise<PlacedFile> {
  const { root, provider, onBytes } = transfer;
  const { name, source, version } = file;
  if (transfer.symlinks && provider.localPath) {
    const linkTarget = provider.localPath(file);
    await rm(partPath(root, name), { force: true });
    await symlink(linkTarget, partPath(root, name));
    await placeFile(root, name, partPath(root, name));
    const info = await statPlaced(root, name, linkTarget);
    if (!info) throw new StorageError('SourceChanged', `${source} went away while it was linked to`);
    onBytes(info.sizeBytes);
    return { name, source, version, digest: file.digest, ...info, linkTarget };
  }
  const { path, digest } = await bringWhole(file, transfer, budget);
  const sha256 =
    transfer.contentDigests && digest?.algorithm !== 'sha256' ? await contentOf(path, transfer) : undefined;
  await placeFile(root, name, path);
  const info = (await statPlaced(root, name))!;
  return { name, source, version, digest, ...(sha256 ? { sha256 } : {}), ...info };
}

/** While other files are on their way, and this one is in memory still. */
async function contentOf(path: string, { signal }: Transfer): Promise<string> {
  const { createDigestBuffer, sha256OfFile } = await import('./content-digest.ts');
  return sha256OfFile(path, createDigestBuffer(), signal);
}

async function bringWhole(file: RemoteFile, transfer: Transfer, budget: Budget) {
  const path = partPath(transfer.root, file.name);
  const cached = await transfer.cache?.fetch(file, path, transfer.signal);
  if (cached?.hit) {
    const { size } = await stat(path);
    transfer.onCached(size);
    return { path, sizeBytes: size, digest: cached.digest };
  }
  try {
    const digest = await bringPart(file, path, transfer, budget);
    const { size } = await stat(path);
    if (file.sizeBytes !== undefined && size !== file.sizeBytes) {
      throw new StorageError('SizeMismatch', `${file.source} has ${file.sizeBytes} bytes, ${size} are on disk`);
    }
    await cached?.store(path, digest);
    return { path, sizeBytes: size, digest };
  } finally {
    await cached?.release();
  }
}

/** The whole file, synced and checked, under its temporary name. */
async function bringPart(
  file: RemoteFile,
  path: string,
  transfer: Transfer,
  budget: Budget,
): Promise<Digest | undefined> {
  const { provider, signal, onBytes, onRetry } = transfer;
  if (provider.copy) {
    await rm(path, { force: true }); // a copy takes over the mode, which may be read-only
    await budget.run(() => provider.copy!(file, path, signal));
    await syncFile(path);
    if (file.digest) await verifyDigest(path, file.sizeBytes ?? 0, file.digest, file.source, signal);
    onBytes(file.sizeBytes ?? 0);
    return file.digest;
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchFile(file, transfer, budget);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'ChecksumMismatch' || attempt === DIGEST_ATTEMPTS)
        throw error;
      onRetry(file.source, error, 0);
    }
  }
}

async function fetchFile(file: RemoteFile, transfer: Transfer, budget: Budget): Promise<Digest | undefined> {
  const part = await openPartFile(transfer.root, file, transfer.segmentBytes);
  let sizeBytes = file.sizeBytes ?? 0;
  try {
    // Stops the other ranges of this file when one has failed for good.
    const failed = new AbortController();
    const signal = part.pending.length > 1 ? AbortSignal.any([transfer.signal, failed.signal]) : transfer.signal;
    await forEachParallel(part.pending, transfer.parallel, async (segment) => {
      try {
        const result = await budget.run(() => fetchSegment(file, segment, part, { ...transfer, signal }));
        if (segment.end === undefined) sizeBytes = result.position;
        await part.complete(segment, result.digest);
      } catch (error) {
        failed.abort(error);
        throw failed.signal.reason;
      }
    });
    await part.finish(sizeBytes);
    const digest = strongerOf(file.digest, part.digest);
    if (digest) await verifyDigest(part.path, sizeBytes, digest, file.source, transfer.signal);
    return digest;
  } catch (error) {
    const code = error instanceof StorageError ? error.code : undefined;
    if (code === 'ChecksumMismatch' || code === 'SourceChanged') await part.discard();
    else await part.close();
    throw error;
  }
}

async function fetchSegment(
  file: RemoteFile,
  segment: Segment,
  part: PartFile,
  { provider, providerOptions, signal, retry, onBytes, onRetry }: Transfer,
): Promise<{ position: number; digest: Digest | undefined }> {
  let position = segment.start;
  let digest: Digest | undefined;
  await withRetries(
    async (progressed) => {
      if (!file.rangeable && position !== 0) {
        onBytes(-position); // all of it comes again
        position = 0;
      }
      if (position === segment.end && position > segment.start) return;
      const { body, ...answer } = await provider.read(
        file,
        { start: position, end: segment.end },
        providerOptions,
        signal,
      );
      digest ??= answer.digest;
      const iterator = piecesOf(body);
      try {
        for (;;) {
          const { done, value: chunk } = await nextChunk(iterator, file, signal);
          if (done) break;
          if (segment.end !== undefined && position + chunk.length > segment.end) {
            throw new StorageError(
              'SizeMismatch',
              `${file.source} sent more than the ${segment.end - segment.start} bytes asked for`,
            );
          }
          await part.write(chunk, position);
          position += chunk.length;
          progressed();
          onBytes(chunk.length);
        }
      } finally {
        body.destroy();
      }
      if (segment.end !== undefined && position < segment.end)
        throw broken(file, `ended ${segment.end - position} bytes early`);
    },
    retry,
    signal,
    (error, waitMs) => onRetry(file.source, error, waitMs),
  );
  return { position, digest };
}

/** Only what the source does wrong is worth a retry; a full disk is not. */
async function nextChunk(
  iterator: AsyncIterator<Buffer>,
  file: RemoteFile,
  signal: AbortSignal,
): Promise<IteratorResult<Buffer>> {
  try {
    return await iterator.next();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StorageError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw broken(file, `broke off (${reason})`, error);
  }
}

function broken(file: RemoteFile, how: string, cause?: unknown): StorageError {
  return new StorageError('SourceUnavailable', `the transfer of ${file.source} ${how}`, {
    transient: true,
    details: { source: file.source },
    cause,
  });
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
