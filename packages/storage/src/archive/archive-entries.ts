import { open } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import type { ArchiveEntry, ArchiveReadOptions } from './entry.ts';
import { fileChunks } from './file-chunks.ts';
import { type ArchiveFormat, compressionOf, contentProblem, SNIFF_BYTES } from './format.ts';
import { tarEntries } from './tar.ts';
import { zipEntries } from './zip.ts';

/**
 * Entries of an archive on disk, of any format. Archives inside it are files like others.
 * @param format  what the name promises; the content must agree
 * @throws StorageError ArchiveInvalid, UnsafeName, LimitExceeded, NoSpace
 */
export async function* archiveEntries(
  path: string,
  format: ArchiveFormat,
  options: ArchiveReadOptions,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const { start, sizeBytes } = await startOf(path);
  const problem = contentProblem(start, format);
  if (problem) {
    throw new StorageError('ArchiveInvalid', `${options.source} ${problem}`, {
      hint: 'give it the name of what it is, or turn extraction off with SERVAL_STORAGE_EXTRACT=false',
      details: { source: options.source },
    });
  }
  if (format === 'zip') yield* zipEntries(path, { ...options, sizeBytes });
  else {
    const compressed = compressionOf(start, options.source) !== 'none';
    if (!compressed) options.limiter.announced(sizeBytes, sizeBytes);
    yield* tarEntries(fileChunks(path, { reuse: compressed || options.reuseChunks }), options);
  }
}

async function startOf(path: string): Promise<{ start: Buffer; sizeBytes: number }> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return { start: buffer.subarray(0, bytesRead), sizeBytes: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}
