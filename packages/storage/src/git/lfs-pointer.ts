export interface LfsPointer {
  /** SHA-256 of the content, in hexadecimal. */
  sha256: string;
  sizeBytes: number;
}

/** A pointer is shorter than this (Git LFS specification). */
const MAX_POINTER_BYTES = 1024;

/** The pointer that stands for a large file; `undefined` for any other content. */
export function parseLfsPointer(content: Buffer): LfsPointer | undefined {
  if (content.length >= MAX_POINTER_BYTES || !content.subarray(0, 8).equals(VERSION)) return undefined;
  const lines = content.toString('utf8').split('\n');
  if (lines.shift() !== 'version https://git-lfs.github.com/spec/v1') return undefined;
  const values = new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(values.get('oid') ?? '') ?? [];
  const size = values.get('size') ?? '';
  if (!sha256 || !/^\d+$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  return { sha256, sizeBytes: Number(size) };
}

const VERSION = Buffer.from('version ');
