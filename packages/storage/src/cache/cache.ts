import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../digest.ts';
import type { Digest, RemoteFile } from '../provider.ts';
import { type CacheLinks, copyIn, copyOut, readBlob } from './blobs.ts';
import { type CacheKey, cacheKeyOf } from './key.ts';
import { type CacheLayout, cacheLayout, createCacheFolders } from './layout.ts';
import { type Lease, tryLease } from './lease.ts';
import { trimCache } from './trim.ts';

/** How often one that waits looks again. */
const LOOK_AGAIN_MS = 200;

export interface CacheOptions {
  directory: string;
  maxBytes: number;
  links: CacheLinks;
  onWarning(message: string): void;
  /** Another process fetches the same at the moment. */
  onWaiting(source: string): void;
}

/** What the cache has to say about a file before it is fetched. */
type CacheAnswer =
  /** It stands at the path already. */
  | { hit: true; digest: Digest }
  /** It must be fetched; `store` keeps it for others, `release` must follow whatever happens. */
  | { hit: false; store(path: string, digest: Digest | undefined): Promise<void>; release(): Promise<void> };

/** A cache of one download. It never makes one fail: after its first error it says so once and stays out of the way. */
export interface Cache {
  fetch(file: RemoteFile, path: string, signal: AbortSignal): Promise<CacheAnswer>;
  /** Brings the cache within its limit, when something was stored. */
  close(): Promise<void>;
}

const PASS: CacheAnswer = { hit: false, store: async () => {}, release: async () => {} };

export function createCache({ directory, maxBytes, links, onWarning, onWaiting }: CacheOptions): Cache {
  const layout = cacheLayout(directory);
  let ready: Promise<void> | undefined;
  let failed = false;
  let stored = false;

  /** Runs what touches the cache; its failure is a warning. */
  async function guarded<T>(work: () => Promise<T>, otherwise: T, signal?: AbortSignal): Promise<T> {
    if (failed) return otherwise;
    try {
      ready ??= createCacheFolders(layout);
      await ready;
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!failed) {
        failed = true;
        const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
        onWarning(`the cache ${directory} is not used: ${reason}`);
      }
      return otherwise;
    }
  }

  async function claim(file: RemoteFile, key: CacheKey, path: string, signal: AbortSignal): Promise<CacheAnswer> {
    for (let waited = false; ; waited = true) {
      const digest = await take(layout, key, file, path, links);
      if (digest) return { hit: true, digest };
      const lease = await tryLease(layout, key.kind === 'content' ? key.sha256 : key.id);
      if (lease) return answer(file, key, lease, path, signal);
      if (!waited) onWaiting(file.source);
      await sleep(LOOK_AGAIN_MS, undefined, { signal });
    }
  }

  async function answer(
    file: RemoteFile,
    key: CacheKey,
    lease: Lease,
    path: string,
    signal: AbortSignal,
  ): Promise<CacheAnswer> {
    // The holder before may have stored it between the look and the lease.
    const digest = await take(layout, key, file, path, links);
    if (digest) {
      await lease.release();
      return { hit: true, digest };
    }
    return {
      hit: false,
      release: () => guarded(() => lease.release(), undefined),
      store: (whole, proved) =>
        guarded(
          async () => {
            await store(layout, key, file, whole, proved, links, signal);
            stored = true;
          },
          undefined,
          signal,
        ),
    };
  }

  return {
    async fetch(file, path, signal) {
      const key = cacheKeyOf(file);
      return key ? guarded(() => claim(file, key, path, signal), PASS, signal) : PASS;
    },
    async close() {
      if (stored) await guarded(async () => void (await trimCache(layout, maxBytes)), undefined);
    },
  };
}

async function take(
  layout: CacheLayout,
  key: CacheKey,
  file: RemoteFile,
  path: string,
  links: CacheLinks,
): Promise<Digest | undefined> {
  const sha256 =
    key.kind === 'content' ? key.sha256 : await readFile(join(layout.index, key.id), 'utf8').catch(() => '');
  const blob = /^[0-9a-f]{64}$/.test(sha256) ? await readBlob(layout, sha256) : undefined;
  if (!blob || (file.sizeBytes !== undefined && blob.sizeBytes !== file.sizeBytes)) return undefined;
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
  try {
    await copyOut(layout, sha256, path, links);
  } catch (error) {
    // Removed by another process at this moment: as if it had never been there.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return { algorithm: 'sha256', hex: sha256 };
}

async function store(
  layout: CacheLayout,
  key: CacheKey,
  file: RemoteFile,
  path: string,
  proved: Digest | undefined,
  links: CacheLinks,
  signal: AbortSignal,
): Promise<void> {
  const sha256 =
    proved?.algorithm === 'sha256'
      ? proved.hex
      : await digestOf(path, (await stat(path)).size, { algorithm: 'sha256', hex: '' }, signal);
  await copyIn(layout, path, { sha256, source: file.source }, links);
  if (key.kind === 'content') return;
  const temporary = join(layout.temporary, randomUUID());
  await writeFile(temporary, sha256);
  await rename(temporary, join(layout.index, key.id));
}
