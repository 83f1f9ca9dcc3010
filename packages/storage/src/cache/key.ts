import { createHash } from 'node:crypto';
import type { RemoteFile } from '../provider.ts';

/** What names a file's content in the cache. */
export type CacheKey =
  | { kind: 'content'; sha256: string }
  /** SHA-256 over origin, source, version and size. */
  | { kind: 'version'; id: string };

/** `undefined` for a file whose content nothing proves to be the same another time. */
export function cacheKeyOf({ digest, origin, source, version, sizeBytes }: RemoteFile): CacheKey | undefined {
  if (digest?.algorithm === 'sha256') return { kind: 'content', sha256: digest.hex };
  if (origin === undefined || version === undefined) return undefined;
  const text = JSON.stringify([origin, source, version, sizeBytes ?? null]);
  return { kind: 'version', id: createHash('sha256').update(text).digest('hex') };
}
