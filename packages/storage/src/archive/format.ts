import { StorageError } from '../errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** Kind of archive that a name promises. */
export type ArchiveFormat = 'tar' | 'zip';

/**
 * Decides by name, as KServe does with Python's `mimetypes`: `.tar` with a compression behind it or not, its short forms, and
 * `.zip`, in any case of letters. zstd is ours besides. Which compression it is says the content, not the name.
 */
export function archiveFormatOf(name: string): ArchiveFormat | undefined {
  if (/\.zip$/i.test(name)) return 'zip';
  return /\.(?:tar(?:\.(?:gz|zst|bz2|xz|br|z))?|tgz|taz|tz|tzst|tbz2|txz)$/i.test(name) ? 'tar' : undefined;
}

/** Longest of what `compressionOf` and `contentProblem` look at. */
export const SNIFF_BYTES = 265;

/** Compression by the first bytes. @throws StorageError ArchiveInvalid for compressions that cannot be read here */
export function compressionOf(start: Buffer, source: string): Compression {
  if (start.length >= 2 && start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.length >= 4 && isZstdMagic(start.readUInt32LE(0))) return 'zstd';
  const other = OTHER_MAGIC.find(({ bytes }) => start.subarray(0, bytes.length).equals(bytes));
  if (other && !isTarHeader(start)) {
    throw new StorageError('ArchiveInvalid', `${source} is compressed with ${other.name}`, {
      hint: 'pack it with gzip or zstd',
      details: { source, compression: other.name },
    });
  }
  return 'none';
}

/** Skippable frames may come before the first frame. */
export function isZstdMagic(magic: number): boolean {
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}

/** What speaks against content of that format, in a few words; `undefined` when nothing does. */
export function contentProblem(start: Buffer, format: ArchiveFormat): string | undefined {
  const zip = start.length >= 4 && [0x04034b50, 0x06054b50, 0x08074b50].includes(start.readUInt32LE(0));
  if (format === 'zip') return zip ? undefined : 'is named like a zip archive but is none';
  return zip ? 'is named like a tar archive but is a zip archive' : undefined;
}

/** `ustar` of POSIX and GNU; archives older than that have only their checksum. */
function isTarHeader(start: Buffer): boolean {
  return start.subarray(257, 262).equals(Buffer.from('ustar'));
}

const OTHER_MAGIC: readonly { name: string; bytes: Buffer }[] = [
  { name: 'bzip2', bytes: Buffer.from('BZh') },
  { name: 'xz', bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'compress (.Z)', bytes: Buffer.from([0x1f, 0x9d]) },
  { name: 'lz4', bytes: Buffer.from([0x04, 0x22, 0x4d, 0x18]) },
];
