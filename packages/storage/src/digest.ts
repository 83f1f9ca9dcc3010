import { createReadStream } from 'node:fs';
import { StorageError } from './errors.ts';
import { DIGEST_ALGORITHMS, type Digest } from './provider.ts';

/** Compares a file on disk with what the source said. @throws StorageError ChecksumMismatch (transient: fetch it again) */
export async function verifyDigest(
  path: string,
  sizeBytes: number,
  digest: Digest,
  source: string,
  signal: AbortSignal,
): Promise<void> {
  const hex = await digestOf(path, sizeBytes, digest, signal);
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

/** Of two digests of the same file the one that proves more. */
export function strongerOf(a: Digest | undefined, b: Digest | undefined): Digest | undefined {
  if (!a || !b) return a ?? b;
  return DIGEST_ALGORITHMS.indexOf(b.algorithm) < DIGEST_ALGORITHMS.indexOf(a.algorithm) ? b : a;
}

/** Lower-case hexadecimal digest of a file on disk. */
export async function digestOf(
  path: string,
  sizeBytes: number,
  { algorithm, division }: Digest,
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
  if (algorithm === 'crc32c' || algorithm === 'crc64nvme') {
    const crc = (await import('./crc.ts')).createCrc(algorithm);
    for await (const chunk of stream) crc.update(chunk);
    return crc.hex();
  }
  if (algorithm === 'hdfs-crc32' || algorithm === 'hdfs-crc32c') {
    const { createBlockChecksum } = await import('./webhdfs/block-checksum.ts');
    const checksum = await createBlockChecksum(algorithm, division!);
    for await (const chunk of stream) checksum.update(chunk);
    return checksum.hex();
  }
  const { createHash } = await import('node:crypto');
  const hash = createHash(algorithm === 'git-blob' ? 'sha1' : algorithm);
  if (algorithm === 'git-blob') hash.update(`blob ${sizeBytes}\0`);
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}
