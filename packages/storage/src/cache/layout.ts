import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where things stand in a cache. A later layout gets another folder, so that two versions never meet. */
export interface CacheLayout {
  /** `HEX[0..2]/HEX`: content by its SHA-256; beside it `HEX.json`, whose time is that of the last use. */
  blobs: string;
  /** Which content a source had at a version, for sources that tell no SHA-256. */
  index: string;
  /** Who is fetching what at the moment. */
  leases: string;
  /** What is not whole yet. */
  temporary: string;
}

export function cacheLayout(directory: string): CacheLayout {
  const at = (name: string) => join(directory, 'v1', name);
  return { blobs: at('blobs'), index: at('index'), leases: at('leases'), temporary: at('tmp') };
}

export async function createCacheFolders(layout: CacheLayout): Promise<void> {
  for (const folder of Object.values(layout)) await mkdir(folder, { recursive: true });
}

export function blobPath({ blobs }: CacheLayout, sha256: string): string {
  return join(blobs, sha256.slice(0, 2), sha256);
}
