import { gzipSync } from 'node:zlib';

export interface TarEntry {
  /** At most 100 bytes. */
  readonly path: string;
  readonly text: string;
}

const block = 512;

/** Regular files as a compressed archive (POSIX ustar), readable by their owner alone. */
export function tarGz(entries: readonly TarEntry[], modifiedAtMs: number): Buffer {
  const parts = entries.flatMap(({ path, text }) => {
    const content = Buffer.from(text);
    return [
      header(path, content.length, modifiedAtMs),
      content,
      Buffer.alloc((block - (content.length % block)) % block),
    ];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}

function header(path: string, sizeBytes: number, modifiedAtMs: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`${path} is longer than 100 bytes`);
  const head = Buffer.alloc(block);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  head.write(path, 0);
  head.write(octal(0o600, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(sizeBytes, 11), 124);
  head.write(octal(Math.floor(modifiedAtMs / 1000), 11), 136);
  // The checksum counts its own field as spaces.
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\0' + '00', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}
