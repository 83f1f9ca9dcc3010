import type { ArchiveLimits } from './archive/limits.ts';
import type { CacheLinks } from './cache/blobs.ts';
import type { StorageError } from './errors.ts';
import type { LocalMode } from './settings.ts';

export type DownloadEvent =
  | { type: 'listed'; files: number; bytes: number | undefined; reusedFiles: number }
  | { type: 'progress'; bytes: number }
  /** Another process fetches this file at the moment, for both. */
  | { type: 'waiting'; source: string }
  /** The shared cache had a file of so many bytes. */
  | { type: 'cached'; bytes: number }
  | { type: 'file'; name: string; bytes: number }
  | { type: 'extracted'; files: number; bytes: number }
  | { type: 'retry'; source: string; error: StorageError; waitMs: number }
  | { type: 'warning'; message: string };

export interface DownloadOptions {
  signal?: AbortSignal;
  /** Called for every event; must return quickly. `progress` comes with every piece of data. */
  onEvent?: (event: DownloadEvent) => void;
  /** Environment variables that providers read (see `docs/storage.md`). Default none. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Files and ranges in flight together. Default 8: enough to fill a fast link, few enough for any server. */
  parallel?: number;
  /** Files larger than this come in ranges of this size. Default 8 MiB: what a kill costs at most per range in flight. */
  segmentBytes?: number;
  /** Longest silence of a server. Default 30 s. */
  stallTimeoutMs?: number;
  /** Most files one source may have. Default 100,000. */
  maxFiles?: number;
  /** Retries after a failure that brought nothing. Default 6. */
  retries?: number;
  /** First upper bound of the wait before a retry. Default 200 ms. */
  retryBaseMs?: number;
  /**
   * Folder of files that downloads on this machine share. Default `SERVAL_STORAGE_CACHE`, else none. Models in directories may be linked to
   * it, so that nobody may write into them.
   */
  cacheDirectory?: string;
  /** Most bytes in it; it also leaves a tenth of the disk free. Default `SERVAL_STORAGE_CACHE_MAX_BYTES`, else 100 GiB. */
  cacheMaxBytes?: number;
  /** Where the file system has no reflinks. Default `SERVAL_STORAGE_CACHE_LINKS`, else `hardlink`. */
  cacheLinks?: CacheLinks;
  /** Only files whose name one of these matches (`fnmatch`). Default `STORAGE_ALLOW_PATTERNS`, else all. */
  allowPatterns?: readonly string[];
  /** No file whose name one of these matches. Default `STORAGE_IGNORE_PATTERNS`, else none. */
  ignorePatterns?: readonly string[];
  /** Whether a source that is one archive is extracted. Default `SERVAL_STORAGE_EXTRACT`, else true, as in KServe. */
  extractArchives?: boolean;
  /** What such an archive may expand to. Defaults in `ArchiveLimits`, or their variables. */
  archiveLimits?: Partial<ArchiveLimits>;
  /** Whether files of `file://` and `pvc://` are copied or linked to. Default `SERVAL_STORAGE_LOCAL_MODE`, else `copy`. */
  localMode?: LocalMode;
  /** Whether the manifest is to have the SHA-256 of files whose source tells none, computed as they come. Default false: it takes time. */
  contentDigests?: boolean;
  /**
   * Time for the whole download, in which all retries and waits have to fit; after it `DeadlineExceeded` is thrown. What is there by
   * then stays for the next call. Default `SERVAL_STORAGE_DEADLINE_MS`, else none: models have no largest size.
   */
  deadlineMs?: number;
  random?: () => number;
  /** Monotonic milliseconds. */
  clock?: () => number;
  /** Free bytes for this user where a directory lies; `undefined` where it cannot be told. Default asks the file system. */
  freeBytes?: (directory: string) => Promise<number | undefined>;
}

export interface DownloadReport {
  /** Without user, password and query. */
  uri: string;
  directory: string;
  files: number;
  bytes: number;
  /** Bytes that came from the source in this call. */
  fetchedBytes: number;
  /** Bytes that the shared cache had. */
  cachedBytes: number;
  /** Files that were there already. */
  reusedFiles: number;
  /** Nothing was fetched: the directory held exactly this source. */
  reused: boolean;
  retries: number;
  durations: { listMs: number; transferMs: number; totalMs: number };
}
