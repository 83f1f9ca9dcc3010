import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createInflate, inflateSync } from 'node:zlib';
import { damaged, HEADER_BYTES, type PackFile, TRAILER_BYTES } from './pack-file.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Where a compressed object lies in a pack. */
export interface PackedData {
  pack: PackFile;
  /** Of the compressed bytes. */
  start: number;
  /** Exclusive. */
  end: number;
}

export interface PackEntry extends PackedData {
  /** Of its header, by which deltas name it. */
  offset: number;
  /** Of what it expands to: the object, or the delta. */
  sizeBytes: number;
  type: ObjectType | 'delta';
  /** Of a delta: offset in the same pack, or id. */
  base?: number | string;
}

/** What expands to more than this is never held in memory whole. */
export const MEMORY_BYTES = 4 * 1024 ** 2;

const TYPES: Readonly<Record<number, PackEntry['type']>> = {
  1: 'commit',
  2: 'tree',
  3: 'blob',
  4: 'tag',
  6: 'delta',
  7: 'delta',
};

/** Type and size take ten bytes at most, a base twenty. */
const LONGEST_HEADER = 32;

const WINDOW_BYTES = MEMORY_BYTES;

/**
 * Goes through a pack from its beginning. `onObject` gets the content of each entry: in one piece up to `MEMORY_BYTES`, in several above.
 * @throws StorageError SourceRejected, naming the byte, for anything that is not a pack
 */
export async function scanPack(
  pack: PackFile,
  shown: string,
  signal: AbortSignal,
  onEntry: (entry: PackEntry, content: Buffer | AsyncIterable<Buffer>) => Promise<void> | void,
): Promise<void> {
  const limit = pack.sizeBytes - TRAILER_BYTES;
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;

  /** Up to `length` bytes from `offset` on; fewer only at the end. */
  async function bytesAt(offset: number, length: number): Promise<Buffer> {
    const needed = Math.min(length, limit - offset);
    if (offset < windowStart || offset + needed > windowStart + window.length) {
      window = await readAt(pack.handle, offset, Math.min(Math.max(needed, WINDOW_BYTES / 8), limit - offset));
      windowStart = offset;
    }
    return window.subarray(offset - windowStart, offset - windowStart + needed);
  }

  let offset = HEADER_BYTES;
  for (let index = 0; index < pack.objects; index++) {
    signal.throwIfAborted();
    if (offset >= limit) throw damaged(shown, `it ends after ${index} of ${pack.objects} objects`);
    const at = `at byte ${offset}`;
    const header = parseHeader(await bytesAt(offset, LONGEST_HEADER), offset);
    if (!header) throw damaged(shown, `there is no object ${at}`);
    const start = offset + header.length;
    const { sizeBytes, type, base } = header;
    const entry = { pack, offset, start, end: limit, sizeBytes, type, ...(base === undefined ? {} : { base }) };
    if (sizeBytes <= MEMORY_BYTES) {
      // zlib adds five bytes to each 16 KiB that it cannot compress.
      const bound = sizeBytes + (sizeBytes >>> 10) + 64;
      const small = inflateSmall(await bytesAt(start, bound), sizeBytes);
      if (small) {
        entry.end = start + small.compressedBytes;
        await onEntry(entry, small.content);
        offset = entry.end;
        continue;
      }
    }
    const inflate = openPacked(entry);
    try {
      const exactly = checkedLength(inflate, sizeBytes, () =>
        damaged(shown, `the object ${at} has another size than it says`),
      );
      if (sizeBytes <= MEMORY_BYTES) {
        const pieces: Buffer[] = [];
        for await (const piece of exactly) pieces.push(piece);
        const content = Buffer.concat(pieces);
        entry.end = start + inflate.bytesWritten;
        await onEntry(entry, content);
      } else {
        await onEntry(entry, exactly);
        entry.end = start + inflate.bytesWritten;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw isZlibError(error) ? damaged(shown, `the object ${at} does not expand`, error) : error;
    } finally {
      inflate.destroy();
    }
    offset = entry.end;
  }
  if (offset !== limit) throw damaged(shown, `there are ${limit - offset} bytes behind its last object`);
}

/** Content of an entry as a stream; the caller destroys it. */
export function openPacked({ pack, start, end }: PackedData): Readable & { bytesWritten: number } {
  const compressed = createReadStream(pack.path, { start, end: end - 1, highWaterMark: 64 * 1024 });
  const inflate = createInflate({ chunkSize: 64 * 1024 });
  compressed.on('error', (error) => inflate.destroy(error));
  inflate.on('close', () => compressed.destroy());
  return compressed.pipe(inflate);
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Content of an entry in one piece. @throws RangeError where it has another size, and errors of zlib */
export async function readPacked({ pack, start, end }: PackedData, sizeBytes: number): Promise<Buffer> {
  const small = inflateSmall(await readAt(pack.handle, start, end - start), sizeBytes);
  if (small) return small.content;
  throw new RangeError(`the object at byte ${start} of the pack is another than before`);
}

export function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return (
    code !== undefined &&
    (code.startsWith('Z_') || code.startsWith('ERR_ZLIB') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END')
  );
}

/** `undefined` where it does not expand to that size; the stream then tells why. */
function inflateSmall(compressed: Buffer, sizeBytes: number): { content: Buffer; compressedBytes: number } | undefined {
  try {
    const { buffer, engine } = inflateSync(compressed, {
      info: true,
      chunkSize: Math.max(64, sizeBytes + 1), // never filled, so that one step brings it all
      maxOutputLength: sizeBytes + 1,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return buffer.length === sizeBytes ? { content: buffer, compressedBytes: engine.bytesWritten } : undefined;
  } catch {
    return undefined;
  }
}

async function* checkedLength(
  chunks: AsyncIterable<Buffer>,
  sizeBytes: number,
  wrongSize: () => Error,
): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > sizeBytes) throw wrongSize();
    yield chunk;
  }
  if (length !== sizeBytes) throw wrongSize();
}

function parseHeader(
  bytes: Buffer,
  offset: number,
): { type: PackEntry['type']; sizeBytes: number; base?: number | string; length: number } | undefined {
  let at = 0;
  const next = () => bytes[at++];
  let byte = next();
  if (byte === undefined) return undefined;
  const code = (byte >> 4) & 7;
  const type = TYPES[code];
  let sizeBytes = byte & 15;
  for (let factor = 16; byte & 0x80; factor *= 128) {
    byte = next();
    if (byte === undefined) return undefined;
    sizeBytes += (byte & 0x7f) * factor;
    if (!Number.isSafeInteger(sizeBytes)) return undefined;
  }
  if (!type) return undefined;
  if (code === 7) {
    const base = bytes.subarray(at, at + 20);
    return base.length === 20 ? { type, sizeBytes, base: base.toString('hex'), length: at + 20 } : undefined;
  }
  if (code !== 6) return { type, sizeBytes, length: at };
  byte = next();
  if (byte === undefined) return undefined;
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = next();
    if (byte === undefined) return undefined;
    distance = (distance + 1) * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(distance)) return undefined;
  }
  const base = offset - distance;
  return distance > 0 && base >= HEADER_BYTES ? { type, sizeBytes, base, length: at } : undefined;
}
