import type { Cache } from './cache/cache.ts';
import { StorageError } from './errors.ts';
import type { DownloadEvent, DownloadOptions } from './options.ts';
import { partPath } from './part-file.ts';
import type { RemoteFile } from './provider.ts';
import type { Source } from './source.ts';
import { allocatedBytes, freeBytesOf } from './target.ts';
import type { Transfer } from './transfer.ts';

/** One download into one directory. */
export interface Job {
  source: Source;
  /** Real path of the target directory. */
  root: string;
  options: DownloadOptions;
  clock: () => number;
  parallel: number;
  emit: (event: DownloadEvent) => void;
  cache: Cache | undefined;
  counters: { fetchedBytes: number; cachedBytes: number; listMs: number; transferMs: number };
}

export function symlinks({ source: { settings, provider } }: Job): boolean {
  return settings.localMode === 'symlink' && provider.localPath !== undefined;
}

export function transferOf(job: Job): Transfer {
  const { root, options, counters, emit, source } = job;
  const { provider, providerOptions, retry, signal } = source;
  return {
    root,
    provider,
    providerOptions: { ...providerOptions, connections: providerOptions.connections.forData() },
    parallel: job.parallel,
    segmentBytes: options.segmentBytes ?? 8 * 1024 * 1024,
    symlinks: symlinks(job),
    contentDigests: options.contentDigests ?? false,
    cache: job.cache,
    retry,
    signal,
    onBytes: (count) => {
      counters.fetchedBytes += count;
      emit({ type: 'progress', bytes: count });
    },
    onCached: (bytes) => {
      counters.cachedBytes += bytes;
      emit({ type: 'cached', bytes });
    },
    onRetry: source.onRetry,
    onPlaced: ({ name, sizeBytes }) => emit({ type: 'file', name, bytes: sizeBytes }),
  };
}

/** @throws StorageError NoSpace */
export async function checkFreeSpace({ root, options }: Job, missing: readonly RemoteFile[]): Promise<void> {
  const free = await (options.freeBytes ?? freeBytesOf)(root);
  if (free === undefined) return;
  let needed = 0;
  for (const file of missing) {
    needed += Math.max(0, (file.sizeBytes ?? 0) - (await allocatedBytes(partPath(root, file.name))));
  }
  if (needed <= free) return;
  throw new StorageError('NoSpace', `${root} has ${free} bytes free, ${needed} are needed`, {
    hint: 'give the volume more room (emptyDir sizeLimit, claim size, disk)',
    details: { directory: root, freeBytes: free, neededBytes: needed },
  });
}
