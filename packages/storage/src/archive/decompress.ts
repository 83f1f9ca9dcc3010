import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { StorageError } from '../errors.ts';
import { type ChunkReader, createChunkReader } from './chunks.ts';
import type { ArchiveReadOptions } from './entry.ts';
import { compressionOf, SNIFF_BYTES } from './format.ts';
import { zstdFrames } from './zstd-frames.ts';

/**
 * Bytes as they are, or out of gzip (all members) or zstd (all frames), by their first bytes. Counts both sides in the limiter, which
 * stops a bomb while it is read.
 * @throws StorageError ArchiveInvalid, LimitExceeded, NoSpace
 */
export async function* decompressed(
  input: AsyncIterable<Buffer>,
  { source, limiter, signal }: ArchiveReadOptions,
): AsyncGenerator<Buffer> {
  const reader = createChunkReader(counted(input, (bytes) => limiter.read(bytes)));
  try {
    const compression = compressionOf(await reader.peek(SNIFF_BYTES), source);
    const output =
      compression === 'none'
        ? rest(reader)
        : compression === 'gzip'
          ? through(createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES }), rest(reader), source)
          : unframed(reader, source);
    for await (const chunk of output) {
      signal.throwIfAborted();
      limiter.expanded(chunk.length);
      yield chunk;
    }
  } finally {
    await reader.close();
  }
}

/** Twice the default: fewer turns through the event loop per byte, and little to be collected. */
export const OUTPUT_CHUNK_BYTES = 32 * 1024;

async function* unframed(reader: ChunkReader, source: string): AsyncGenerator<Buffer> {
  for await (const frame of zstdFrames(reader, source)) {
    yield* through(createZstdDecompress({ chunkSize: OUTPUT_CHUNK_BYTES }), frame, source);
  }
}

/** What comes out of a decompressor. A chunk of the input may be used again as soon as the next one is asked for. */
export async function* through(
  transform: Transform,
  input: AsyncIterable<Buffer>,
  source: string,
): AsyncGenerator<Buffer> {
  void feed(transform, input).catch((error: Error) => transform.destroy(error));
  try {
    for await (const chunk of transform) yield chunk as Buffer;
  } catch (error) {
    throw decompressionError(error, source);
  } finally {
    transform.destroy();
  }
}

async function feed(transform: Transform, input: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of input) {
    await new Promise<void>((resolve, reject) => {
      transform.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
  transform.end();
}

/** An error of node:zlib as one that says what to do; every other one as it is. */
export function decompressionError(error: unknown, source: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string' || !/^(?:Z_|ZSTD_)/.test(code)) return error;
  const [how, hint] =
    code === 'Z_BUF_ERROR'
      ? ['ends before its compressed data does', 'the archive is not whole; upload it anew']
      : code === 'ZSTD_error_frameParameter_windowTooLarge'
        ? ['needs more than 128 MiB of memory to decompress', 'pack it without --ultra and --long=28 or more']
        : [`has damaged compressed data (${(error as Error).message})`, 'upload the archive anew'];
  return new StorageError('ArchiveInvalid', `${source} ${how}`, { hint, details: { source, code }, cause: error });
}

async function* counted(input: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    count(chunk.length);
    yield chunk;
  }
}

async function* rest(reader: ChunkReader): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk = await reader.some(Number.MAX_SAFE_INTEGER);
    if (!chunk) return;
    yield chunk;
  }
}
