import { createReadStream } from 'node:fs';
import { StorageError } from './errors.ts';
import type { Digest } from './provider.ts';

/** Compares a file on disk with what the source said. @throws StorageError ChecksumMismatch (transient: fetch it again) */
export async function verifyDigest(
  path: string,
  sizeBytes: number,
  digest: Digest,
  source: string,
  signal: AbortSignal,
): Promise<void> {
  const hex = await digestOf(path, sizeBytes, digest.algorithm, signal);
  if (hex === digest.hex) return;
  throw new StorageError(
    'ChecksumMismatch',
    `${digest.algorithm} of ${source} is ${hex}, the source says ${digest.hex}`,
    {
      hint: 'the data was damaged on the way, or the object is damaged at the source',
      details: { source, algorithm: digest.algorithm, expected: digest.hex, actual: hex },
      transient: true,
    },
  );
}

async function digestOf(
  path: string,
  sizeBytes: number,
  algorithm: Digest['algorithm'],
  signal: AbortSignal,
): Promise<string> {
  // A buffer of this size is made for each read; thousands of small files should not make large ones.
  const highWaterMark = Math.min(sizeBytes + 1, 1024 * 1024);
  const stream = createReadStream(path, { highWaterMark, signal });
  if (algorithm === 'crc32') {
    const { crc32 } = await import('node:zlib');
    let value = 0;
    for await (const chunk of stream) value = crc32(chunk, value);
    return value.toString(16).padStart(8, '0');
  }
  const { createHash } = await import('node:crypto');
  const hash = createHash(algorithm);
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
