import { rm } from 'node:fs/promises';
import { digestOf } from '../digest.ts';
import { type Blob, listBlobs, removeBlob } from './blobs.ts';
import { blobPath, cacheLayout } from './layout.ts';
import { type Trimmed, trimCache } from './trim.ts';

/** A shared cache as the person who looks after it sees it. All of it is safe while downloads use it. */
export interface SharedCache {
  /** What it holds, the latest used first. */
  list(): Promise<Blob[]>;
  /** Removes what was used least lately until no more than `maxBytes` are left. */
  prune(maxBytes: number): Promise<Trimmed>;
  /** Reads everything again, and removes and answers what is not what it was. */
  verify(signal: AbortSignal): Promise<{ checked: number; damaged: Blob[] }>;
  /** Removes everything. Directories keep what is linked to them. */
  clear(): Promise<Blob[]>;
}

export function openSharedCache(directory: string): SharedCache {
  const layout = cacheLayout(directory);
  return {
    list: async () => (await listBlobs(layout)).sort((a, b) => b.lastUsedMs - a.lastUsedMs),
    prune: (maxBytes) => trimCache(layout, maxBytes),
    async verify(signal) {
      const blobs = await listBlobs(layout);
      const damaged: Blob[] = [];
      for (const blob of blobs) {
        const digest = { algorithm: 'sha256', hex: blob.sha256 } as const;
        const hex = await digestOf(blobPath(layout, blob.sha256), blob.sizeBytes, digest, signal);
        if (hex === blob.sha256) continue;
        await removeBlob(layout, blob.sha256);
        damaged.push(blob);
      }
      return { checked: blobs.length, damaged };
    },
    async clear() {
      const blobs = await listBlobs(layout);
      for (const { sha256 } of blobs) await removeBlob(layout, sha256);
      await rm(layout.index, { recursive: true, force: true });
      return blobs;
    },
  };
}
