import type { StorageError } from './errors.ts';

export type DownloadEvent =
  | { type: 'listed'; files: number; bytes: number | undefined; reusedFiles: number }
  | { type: 'progress'; bytes: number }
  | { type: 'file'; name: string; bytes: number }
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
  /** Files that were there already. */
  reusedFiles: number;
  /** Nothing was fetched: the directory held exactly this source. */
  reused: boolean;
  retries: number;
  durations: { listMs: number; transferMs: number; totalMs: number };
}
