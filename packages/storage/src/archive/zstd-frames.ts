import { StorageError } from '../errors.ts';
import type { ChunkReader } from './chunks.ts';
import { isZstdMagic } from './format.ts';

const FRAME_MAGIC = 0xfd2fb528;

/**
 * The frames of a zstd stream, each as the stream of exactly its own bytes (RFC 8878, section 3). node:zlib stops behind the first
 * frame without a word, and a stream may have many (pzstd, `cat`, seekable and chunked layers). Skippable frames are left out.
 * @throws StorageError ArchiveInvalid
 */
export async function* zstdFrames(reader: ChunkReader, source: string): AsyncGenerator<AsyncIterable<Buffer>> {
  for (;;) {
    const start = await reader.peek(4);
    if (start.length === 0) return;
    const magic = start.length === 4 ? start.readUInt32LE(0) : 0;
    if (!isZstdMagic(magic)) throw invalid(source, 'has data behind its end that is no zstd frame');
    if (magic === FRAME_MAGIC) {
      yield frame(reader, source);
      continue;
    }
    const header = await exactly(reader, 8, source);
    for await (const _ of exactChunks(reader, header.readUInt32LE(4), source));
  }
}

async function* frame(reader: ChunkReader, source: string): AsyncGenerator<Buffer> {
  const start = await reader.peek(5);
  if (start.length < 5) throw cut(source);
  const descriptor = start[4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  yield await exactly(reader, 5 + (singleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes, source);
  for (let last = false; !last; ) {
    const block = await exactly(reader, 3, source);
    const value = block.readUIntLE(0, 3);
    last = (value & 1) === 1;
    const type = (value >> 1) & 3;
    if (type === 3) throw invalid(source, 'has a block of a reserved type');
    yield block;
    yield* exactChunks(reader, type === 1 ? 1 : value >> 3, source);
  }
  if (descriptor & 4) yield await exactly(reader, 4, source);
}

async function* exactChunks(reader: ChunkReader, sizeBytes: number, source: string): AsyncGenerator<Buffer> {
  for (let left = sizeBytes; left > 0; ) {
    const chunk = await reader.some(left);
    if (!chunk) throw cut(source);
    left -= chunk.length;
    yield chunk;
  }
}

async function exactly(reader: ChunkReader, sizeBytes: number, source: string): Promise<Buffer> {
  const bytes = await reader.take(sizeBytes);
  if (bytes.length < sizeBytes) throw cut(source);
  return bytes;
}

function cut(source: string): StorageError {
  return invalid(source, 'ends in the middle of a zstd frame');
}

function invalid(source: string, how: string): StorageError {
  return new StorageError('ArchiveInvalid', `${source} ${how}`, {
    hint: 'the archive is damaged or not whole',
    details: { source },
  });
}
