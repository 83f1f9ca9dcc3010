import type { ArchiveEntryType } from './entry.ts';

export const BLOCK_BYTES = 512;

export interface TarHeader {
  /** As in the field, with the prefix of POSIX before it. */
  name: Uint8Array;
  linkName: Uint8Array;
  mode: number;
  sizeBytes: number;
  /** Character of the type field. */
  typeFlag: string;
}

/** What the type field means; `undefined` for headers that speak about another one, and for kinds that are not extracted. */
export const TAR_TYPES: Readonly<Record<string, ArchiveEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file', // contiguous
};

/** Reads a header block (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"). @throws Error saying what is wrong */
export function parseTarHeader(block: Buffer): TarHeader {
  checkSum(block);
  const name = field(block, 0, 100);
  // GNU's magic is followed by a space, and it keeps times where POSIX has the prefix.
  const posix = block.subarray(257, 263).equals(Buffer.from('ustar\0'));
  const prefix = posix ? field(block, 345, 155) : new Uint8Array();
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    linkName: field(block, 157, 100),
    mode: number(block, 100, 8, 'mode') & 0o7777,
    sizeBytes: number(block, 124, 12, 'size'),
    typeFlag: String.fromCharCode(block[156]!),
  };
}

/** Sum of all bytes, the checksum field itself counted as spaces; some old writers summed signed bytes. */
function checkSum(block: Buffer): void {
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : block[i]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const expected = number(block, 148, 8, 'checksum');
  if (expected !== unsigned && expected !== signed) throw new Error('has a header whose checksum is wrong');
}

function field(block: Buffer, start: number, length: number): Buffer {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** Octal digits between spaces and NULs, or base 256 where the first bit is set (GNU, star). */
function number(block: Buffer, start: number, length: number, what: string): number {
  const bytes = block.subarray(start, start + length);
  if (bytes[0]! & 0x80) {
    const value = bytes.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & 0x7f : byte), 0);
    if (!Number.isSafeInteger(value)) throw new Error(`has a header whose ${what} is out of range`);
    return value;
  }
  const text = bytes.toString('latin1').replace(/^[ \0]+/, '');
  const digits = /^[0-7]*/.exec(text)![0];
  if (!/^(?:[ \0].*)?$/s.test(text.slice(digits.length))) throw new Error(`has a header whose ${what} is no number`);
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}
