import { join } from 'node:path';
import { bringUpToDate } from './bring.ts';
import type { Cache } from './cache/cache.ts';
import { storageErrorFrom, targetErrorFrom } from './errors.ts';
import type { Job } from './job.ts';
import type { DownloadOptions, DownloadReport } from './options.ts';
import { redactUri } from './redact.ts';
import { openSource, type Source } from './source.ts';
import { discardParts, prepareTarget, WORK_DIRECTORY } from './target.ts';

/** Files and ranges in flight together: enough to fill a fast link, few enough for any server. */
const DEFAULT_PARALLEL = 8;

/**
 * Brings everything that `uri` names into `directory`: each file appears under its final name only when it is whole, and
 * `.serval-manifest.json` only when all are. A directory that already holds this source is left as it is.
 * @throws StorageError
 */
export async function download(uri: string, directory: string, options: DownloadOptions = {}): Promise<DownloadReport> {
  const clock = options.clock ?? (() => performance.now());
  const startMs = clock();
  const shown = redactUri(uri);
  const parallel = options.parallel ?? DEFAULT_PARALLEL;
  const emit = options.onEvent ?? (() => {});
  let source: Source | undefined;
  let cache: Cache | undefined;
  try {
    options.signal?.throwIfAborted();
    source = await openSource(uri, join(directory, WORK_DIRECTORY), { ...options, parallel });
    const root = await prepareTarget(directory);
    cache = await openCache(source, emit);
    const counters = { fetchedBytes: 0, cachedBytes: 0, listMs: 0, transferMs: 0 };
    const job: Job = { source, root, options, clock, parallel, emit, cache, counters };
    const { files, reusedFiles, reused } = await bringUpToDate(job);
    const { fetchedBytes, cachedBytes, listMs, transferMs } = counters;
    return {
      uri: shown,
      directory,
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      fetchedBytes,
      cachedBytes,
      reusedFiles,
      reused,
      retries: source.retries(),
      durations: { listMs, transferMs, totalMs: clock() - startMs },
    };
  } catch (error) {
    const failure =
      source?.overdue() ??
      targetErrorFrom(error, directory) ??
      storageErrorFrom(error, `downloading ${shown} to ${directory}`, options.signal);
    // Part files would only keep the disk full.
    if (failure.code === 'NoSpace') await discardParts(directory);
    throw failure;
  } finally {
    await cache?.close();
    await source?.close();
  }
}

/** Files of this machine are near enough. */
async function openCache({ settings, provider }: Source, emit: Job['emit']): Promise<Cache | undefined> {
  if (!settings.cache || provider.copy) return undefined;
  const { createCache } = await import('./cache/cache.ts');
  return createCache({
    ...settings.cache,
    onWarning: (message) => emit({ type: 'warning', message }),
    onWaiting: (source) => emit({ type: 'waiting', source }),
  });
}
