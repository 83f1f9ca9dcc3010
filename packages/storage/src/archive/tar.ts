import { StorageError } from '../errors.ts';
import { type ChunkReader, createChunkReader } from './chunks.ts';
import { decompressed } from './decompress.ts';
import type { ArchiveEntry, ArchiveReadOptions } from './entry.ts';
import { entryNameFrom, utf8NameFrom } from './names.ts';
import { type PaxRecords, parsePax } from './pax.ts';
import { BLOCK_BYTES, parseTarHeader, TAR_TYPES, type TarHeader } from './tar-header.ts';

export interface TarReadOptions extends ArchiveReadOptions {
  /**
   * Takes an archive without the two blocks of zeros at its end, and whatever is behind them, as container engines do. Only for
   * bytes whose digest has been checked: a cut is not noticed otherwise. Default false.
   */
  lenientEnd?: boolean;
}

/** Longest extended header or long name. */
const MAX_META_BYTES = 1024 * 1024;

/**
 * Entries of a tar archive in the order they are in: old, POSIX (ustar, pax) and GNU formats, as it is or in gzip or zstd (by the first
 * bytes). Streams: needs no file, holds one chunk.
 * @throws StorageError ArchiveInvalid (cut, damaged, or with sparse files or several volumes), UnsafeName, LimitExceeded, NoSpace
 */
export async function* tarEntries(
  input: AsyncIterable<Buffer>,
  options: TarReadOptions,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const { source, limiter, signal } = options;
  const reader = createChunkReader(decompressed(input, options));
  const global: PaxRecords = {};
  let next: PaxRecords | undefined;
  let entries = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const block = await reader.take(BLOCK_BYTES);
      if (block.length === 0 || isZero(block)) {
        if (next) throw invalid(source, 'ends behind an extended header');
        if (entries === 0 && block.length === 0) throw invalid(source, 'is empty, not a tar archive');
        await checkEnd(reader, block, options);
        return;
      }
      if (block.length < BLOCK_BYTES) throw invalid(source, 'ends in the middle of a header');
      const header = attempt(source, () => parseTarHeader(block));
      if ('xgLKX'.includes(header.typeFlag)) {
        const data = await metaData(reader, header, source);
        if (header.typeFlag === 'g')
          Object.assign(
            global,
            attempt(source, () => parsePax(data)),
          );
        else next = { ...next, ...attempt(source, () => metaRecords(header, data)) };
        continue;
      }
      entries++;
      const records = { ...global, ...next };
      next = undefined;
      const sizeBytes = records.size ?? header.sizeBytes;
      if (header.typeFlag === 'V') {
        await skip(reader, padded(sizeBytes), source); // the label of a volume
        continue;
      }
      limiter.entry();
      const entry = entryFrom(header, records, source);
      const content = createContent(reader, entry.type === 'file' || entry.type === 'other' ? sizeBytes : 0, source);
      yield { ...entry, sizeBytes: entry.type === 'file' ? sizeBytes : 0, body: content.body() };
      await content.finish();
    }
  } finally {
    await reader.close();
  }
}

function entryFrom(header: TarHeader, records: PaxRecords, source: string): Omit<ArchiveEntry, 'sizeBytes' | 'body'> {
  const raw = utf8NameFrom(records.path ?? header.name, source);
  const name = entryNameFrom(raw);
  if (header.typeFlag === 'S' || records.sparse) throw unsupported(source, name, 'is stored as a sparse file');
  if (header.typeFlag === 'M') throw unsupported(source, name, 'goes on from another volume');
  const type = TAR_TYPES[header.typeFlag] ?? 'other';
  const link = type === 'symlink' || type === 'hardlink';
  return {
    name,
    type: type === 'file' && raw.endsWith('/') ? 'directory' : type, // as before POSIX
    mode: header.mode,
    linkName: link ? utf8NameFrom(records.linkpath ?? header.linkName, source) : undefined,
  };
}

function metaRecords({ typeFlag }: TarHeader, data: Buffer): PaxRecords {
  if (typeFlag === 'x' || typeFlag === 'X') return parsePax(data);
  const end = data.indexOf(0);
  const value = end === -1 ? data : data.subarray(0, end);
  return typeFlag === 'L' ? { path: value } : { linkpath: value };
}

async function metaData(reader: ChunkReader, { sizeBytes }: TarHeader, source: string): Promise<Buffer> {
  if (sizeBytes > MAX_META_BYTES) throw invalid(source, `has an extended header of ${sizeBytes} bytes`);
  const data = await reader.take(padded(sizeBytes));
  if (data.length < padded(sizeBytes)) throw invalid(source, 'ends in the middle of an extended header');
  return Buffer.from(data.subarray(0, sizeBytes)); // outlives the chunk that it is in
}

function createContent(reader: ChunkReader, sizeBytes: number, source: string) {
  let left = sizeBytes;
  return {
    async *body(): AsyncGenerator<Buffer> {
      while (left > 0) {
        const chunk = await reader.some(left);
        if (!chunk) throw invalid(source, 'ends in the middle of a file');
        left -= chunk.length;
        yield chunk;
      }
    },
    async finish(): Promise<void> {
      await skip(reader, left + padded(sizeBytes) - sizeBytes, source);
    },
  };
}

async function skip(reader: ChunkReader, sizeBytes: number, source: string): Promise<void> {
  for (let left = sizeBytes; left > 0; ) {
    const chunk = await reader.some(left);
    if (!chunk) throw invalid(source, 'ends in the middle of a file');
    left -= chunk.length;
  }
}

/** Reads to the end, so that the checksum of the compression around it is checked, too. */
async function checkEnd(reader: ChunkReader, block: Buffer, { source, lenientEnd }: TarReadOptions): Promise<void> {
  if (!lenientEnd && block.length < BLOCK_BYTES) throw invalid(source, 'has no end marker; it was cut at an entry');
  for (;;) {
    const chunk = await reader.some(Number.MAX_SAFE_INTEGER);
    if (!chunk) return;
    if (!lenientEnd && !isZero(chunk)) throw invalid(source, 'has data behind its end marker');
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.equals(Buffer.alloc(bytes.length));
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

function attempt<T>(source: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw invalid(source, (cause as Error).message);
  }
}

function unsupported(source: string, name: string, how: string): StorageError {
  return new StorageError('ArchiveInvalid', `entry "${name}" of ${source} ${how}, which is not supported`, {
    hint: 'pack the folder again with plain options (tar -cf)',
    details: { source, name },
  });
}

function invalid(source: string, how: string): StorageError {
  return new StorageError('ArchiveInvalid', `${source} ${how}`, {
    hint: 'the archive is damaged, not whole, or no tar archive',
    details: { source },
  });
}
