import { readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Blob, listBlobs, removeBlob } from './blobs.ts';
import type { CacheLayout } from './layout.ts';

/** Share of the disk that a cache leaves free whatever its limit is: models and logs stand there, too. */
const FREE_SHARE = 0.1;

/** Nothing is under way for longer than this without a beat. */
const LEFTOVER_MS = 3_600_000;

export interface Trimmed {
  removed: Blob[];
  /** What stays. */
  bytes: number;
}

/**
 * Removes what was used least lately until the cache is within its limit, and what killed processes left. Sizes are read from the
 * disk each time. A removed file stays in the directories that it is linked to.
 */
export async function trimCache(layout: CacheLayout, maxBytes: number): Promise<Trimmed> {
  await removeLeftovers(layout.temporary);
  await removeLeftovers(layout.leases);
  const blobs = (await listBlobs(layout)).sort((a, b) => a.lastUsedMs - b.lastUsedMs);
  let bytes = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const limit = Math.min(maxBytes, bytes + (await spareBytes(layout.blobs)));
  const removed: Blob[] = [];
  for (const blob of blobs) {
    if (bytes <= limit) break;
    await removeBlob(layout, blob.sha256);
    removed.push(blob);
    bytes -= blob.sizeBytes;
  }
  await removeDangling(layout, new Set(blobs.slice(removed.length).map(({ sha256 }) => sha256)));
  return { removed, bytes };
}

/** Room above the share that stays free; negative where there is less. */
async function spareBytes(directory: string): Promise<number> {
  const info = await statfs(directory).catch(() => undefined);
  return info && info.blocks > 0 ? (info.bavail - info.blocks * FREE_SHARE) * info.bsize : Number.POSITIVE_INFINITY;
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const info = await stat(join(folder, name)).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > LEFTOVER_MS) await rm(join(folder, name), { force: true });
  }
}

/** Entries of the index whose content is gone. */
async function removeDangling({ index }: CacheLayout, present: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(index).catch(() => [])) {
    const path = join(index, name);
    const sha256 = await readFile(path, 'utf8').catch(() => '');
    if (!present.has(sha256)) await rm(path, { force: true });
  }
}
