import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { StorageError } from '../errors.ts';
import { decompressionError, OUTPUT_CHUNK_BYTES, through } from './decompress.ts';
import type { ArchiveEntry, ArchiveEntryType, ArchiveReadOptions } from './entry.ts';
import { fileChunks } from './file-chunks.ts';
import { entryNameFrom, utf8NameFrom } from './names.ts';

/** Longest path that Linux takes. */
const MAX_LINK_BYTES = 4096;

/** Smallest local header. */
const LOCAL_HEADER_BYTES = 30;

const DIRECTORY_RECORD_BYTES = 46;

const END_RECORD_BYTES = 22;

/** Compression method. */
const STORED = 0;

const UTF8_FLAG = 0x800;

const UNICODE_PATH_FIELD = 0x7075;

/**
 * Entries of a zip archive (zip64, too) in the order of its central directory; the whole directory is checked first: sums, methods,
 * encryption, and that no two entries share bytes. CRC-32 is checked at the end of each body.
 * @throws StorageError ArchiveInvalid, UnsafeName, LimitExceeded, NoSpace
 */
export async function* zipEntries(
  path: string,
  options: ArchiveReadOptions & { sizeBytes: number },
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const { source, limiter, signal, sizeBytes } = options;
  const { openPromise } = await import('yauzl').then(({ default: yauzl }) => yauzl);
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: true }).catch(
    (cause) => {
      throw zipError(cause, source);
    },
  );
  try {
    const entries = await directoryOf(path, zip, options);
    limiter.read(sizeBytes);
    for (const found of entries) {
      const { entry, name, type } = found;
      signal.throwIfAborted();
      const mode = (entry.externalFileAttributes >>> 16) & 0o7777;
      const body = contentOf(path, zip, found, options);
      const linkName = type === 'symlink' ? await linkNameFrom(body, source, name) : undefined;
      yield { name, type, sizeBytes: type === 'file' ? entry.uncompressedSize : 0, mode, linkName, body };
    }
  } finally {
    zip.close();
  }
}

interface DirectoryEntry {
  entry: Entry;
  name: string;
  type: ArchiveEntryType;
}

async function directoryOf(
  path: string,
  zip: ZipFile,
  { source, limiter, signal, sizeBytes }: ArchiveReadOptions & { sizeBytes: number },
): Promise<DirectoryEntry[]> {
  const { getFileNameLowLevel } = await import('yauzl').then(({ default: yauzl }) => yauzl);
  const entries: DirectoryEntry[] = [];
  let announced = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      limiter.entry();
      const { fileNameRaw, generalPurposeBitFlag, extraFields } = entry;
      if (generalPurposeBitFlag & UTF8_FLAG) utf8NameFrom(fileNameRaw, source);
      const flags = isPlainUtf8(entry) ? generalPurposeBitFlag | UTF8_FLAG : generalPurposeBitFlag;
      const raw = getFileNameLowLevel(flags, fileNameRaw, extraFields, false);
      const name = entryNameFrom(raw);
      if (entry.isEncrypted()) throw unsupported(source, name, 'is encrypted', 'pack it without a password');
      if (!entry.canDecodeFileData()) {
        const method = `uses compression method ${entry.compressionMethod}`;
        throw unsupported(source, name, method, 'pack it with "deflate" or "store"');
      }
      announced += entry.uncompressedSize;
      limiter.announced(announced, sizeBytes);
      entries.push({ entry, name, type: typeOf(entry, raw) });
    }
  } catch (cause) {
    throw zipError(cause, source);
  }
  await checkDirectory(path, zip, entries, source, sizeBytes);
  checkRanges(entries, source, sizeBytes);
  return entries;
}

/** The number of entries and the size of the directory stand beside each other; were one wrong, files would be missing without a word. */
async function checkDirectory(
  path: string,
  zip: ZipFile,
  entries: readonly DirectoryEntry[],
  source: string,
  sizeBytes: number,
): Promise<void> {
  const end = Buffer.alloc(END_RECORD_BYTES);
  const handle = await open(path);
  try {
    await handle.read(end, 0, end.length, sizeBytes - END_RECORD_BYTES - zip.comment.length);
  } finally {
    await handle.close();
  }
  const announced = end.readUInt32LE(12);
  if (announced === 0xffffffff) return; // stands in the record of zip64
  const actual = entries.reduce(
    (sum, { entry }) =>
      sum + DIRECTORY_RECORD_BYTES + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength,
    0,
  );
  if (actual !== announced) throw damaged(source, 'has a directory of another size than it says');
}

/** Entries that share bytes make bombs of any ratio, and no packer writes them. */
function checkRanges(entries: readonly DirectoryEntry[], source: string, sizeBytes: number): void {
  let end = 0;
  for (const { entry, name } of entries.toSorted(
    (a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader,
  )) {
    const start = entry.relativeOffsetOfLocalHeader;
    if (start < end) throw damaged(source, `has an entry "${name}" that shares bytes with another one`);
    end = start + LOCAL_HEADER_BYTES + entry.fileNameRaw.length + entry.compressedSize;
    if (end > sizeBytes) throw damaged(source, `has an entry "${name}" that reaches behind its end`);
  }
}

/** `zip` writes the bytes of names as they are when its locale is "C", and says nothing of UTF-8; `unzip` takes them so, too. */
function isPlainUtf8({ versionMadeBy, fileNameRaw, extraFields }: Entry): boolean {
  return isMadeOnUnix(versionMadeBy) && isUtf8(fileNameRaw) && !extraFields.some(({ id }) => id === UNICODE_PATH_FIELD);
}

function isMadeOnUnix(versionMadeBy: number): boolean {
  return [3, 19].includes(versionMadeBy >>> 8);
}

/** The upper half of the attributes is the mode where Unix (3) or macOS (19) wrote it (APPNOTE 4.4.2, 4.4.15). */
function typeOf({ versionMadeBy, externalFileAttributes }: Entry, raw: string): ArchiveEntryType {
  switch (isMadeOnUnix(versionMadeBy) ? (externalFileAttributes >>> 16) & 0o170000 : 0) {
    case 0o120000:
      return 'symlink';
    case 0o020000:
      return 'character-device';
    case 0o060000:
      return 'block-device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'other';
    default:
      return raw.endsWith('/') ? 'directory' : 'file';
  }
}

async function* contentOf(
  path: string,
  zip: ZipFile,
  { entry, name }: DirectoryEntry,
  { source, limiter, signal, reuseChunks }: ArchiveReadOptions,
): AsyncGenerator<Buffer> {
  let crc = 0;
  let left = entry.uncompressedSize;
  try {
    const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = { start, end: start + entry.compressedSize };
    const output =
      entry.compressionMethod === STORED
        ? fileChunks(path, { ...packed, reuse: reuseChunks })
        : through(
            createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }),
            fileChunks(path, { ...packed, reuse: true }),
            `entry "${name}" of ${source}`,
          );
    for await (const chunk of output) {
      signal.throwIfAborted();
      limiter.expanded(chunk.length);
      left -= chunk.length;
      if (left < 0) break;
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (cause) {
    throw zipError(cause, source, name);
  }
  if (left !== 0) {
    throw damaged(
      source,
      `has an entry "${name}" of another size than the ${entry.uncompressedSize} bytes that it says`,
    );
  }
  if (crc !== entry.crc32) throw damaged(source, `has an entry "${name}" whose CRC-32 is wrong`);
}

async function linkNameFrom(body: AsyncIterable<Buffer>, source: string, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_LINK_BYTES) throw damaged(source, `has a link "${name}" over ${MAX_LINK_BYTES} bytes`);
    chunks.push(chunk);
  }
  return utf8NameFrom(Buffer.concat(chunks), source);
}

/** Errors of the library have no code; those of the system, of node:zlib and ours do. */
function zipError(cause: unknown, source: string, name?: string): unknown {
  const error = decompressionError(cause, name === undefined ? source : `entry "${name}" of ${source}`);
  if (error instanceof StorageError || !(error instanceof Error) || 'code' in error || error.name === 'AbortError')
    return error;
  return damaged(
    source,
    name === undefined ? `cannot be read: ${error.message}` : `has an entry "${name}": ${error.message}`,
    cause,
  );
}

function damaged(source: string, how: string, cause?: unknown): StorageError {
  return new StorageError('ArchiveInvalid', `${source} ${how}`, {
    hint: 'the archive is damaged, not whole, or no plain zip archive',
    details: { source },
    cause,
  });
}

function unsupported(source: string, name: string, how: string, hint: string): StorageError {
  return new StorageError('ArchiveInvalid', `entry "${name}" of ${source} ${how}, which is not supported`, {
    hint,
    details: { source, name },
  });
}
