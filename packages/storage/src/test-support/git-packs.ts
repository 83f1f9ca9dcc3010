import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { deflateSync } from 'node:zlib';

const CODES = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;

export type PackPart =
  | { type: keyof typeof CODES; content: Buffer | string; sizeBytes?: number }
  /** `base` is the number of an earlier part. */
  | { type: 'offset-delta'; base: number; delta: Buffer }
  | { type: 'ref-delta'; base: string; delta: Buffer };

/** Writes whatever it is told to, sound or not. */
export function writePack(parts: readonly PackPart[], options: { count?: number; behind?: Buffer } = {}): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(options.count ?? parts.length, 8);
  const chunks: Buffer[] = [header];
  const offsets: number[] = [];
  let offset = header.length;
  for (const part of parts) {
    offsets.push(offset);
    const content = Buffer.from('delta' in part ? part.delta : part.content);
    const code = part.type === 'offset-delta' ? 6 : part.type === 'ref-delta' ? 7 : CODES[part.type];
    const size = 'sizeBytes' in part ? (part.sizeBytes ?? content.length) : content.length;
    const base =
      part.type === 'offset-delta'
        ? distance(offset - offsets[part.base]!)
        : part.type === 'ref-delta'
          ? Buffer.from(part.base, 'hex')
          : Buffer.alloc(0);
    const entry = Buffer.concat([entryHeader(code, size), base, deflateSync(content)]);
    chunks.push(entry);
    offset += entry.length;
  }
  if (options.behind) chunks.push(options.behind);
  return sealed(Buffer.concat(chunks));
}

/** With the digest that belongs at its end. */
export function sealed(pack: Buffer): Buffer {
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

export function oidOf(type: keyof typeof CODES, content: Buffer | string): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

export function treeContent(...entries: [mode: string, name: string | Buffer, oid: string][]): Buffer {
  return Buffer.concat(
    entries.map(([mode, name, oid]) =>
      Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.alloc(1), Buffer.from(oid, 'hex')]),
    ),
  );
}

export function commitContent(tree: string): string {
  return `tree ${tree}\nauthor a <a@example.com> 1 +0000\ncommitter a <a@example.com> 1 +0000\n\nc\n`;
}

/** A delta out of its parts: sizes, then copies and inserts. */
export function deltaOf(
  baseBytes: number,
  resultBytes: number,
  ...steps: (Buffer | [offset: number, length: number])[]
): Buffer {
  return Buffer.concat([
    varint(baseBytes),
    varint(resultBytes),
    ...steps.map((step) => {
      if (Buffer.isBuffer(step)) return Buffer.concat([Buffer.from([step.length]), step]);
      const bytes = Buffer.alloc(8);
      bytes[0] = 0xff;
      bytes.writeUInt32LE(step[0], 1);
      bytes.writeUIntLE(step[1], 5, 3);
      return bytes;
    }),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function entryHeader(code: number, size: number): Buffer {
  const bytes = [(code << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

function distance(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    bytes.unshift((rest % 128) | 0x80);
  }
  return Buffer.from(bytes);
}

export function line(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** A server of one commit that sends this as the pack, whatever it is. Speaks version 2. */
export function packListener(commit: string, pack: () => Buffer, ending = '0000'): RequestListener {
  return (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      response.end(Buffer.concat([line('version 2\n'), line('fetch=shallow\n'), Buffer.from('0000')]));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (Buffer.concat(chunks).includes('command=ls-refs')) {
        response.end(Buffer.concat([line(`${commit} HEAD\n`), Buffer.from('0000')]));
        return;
      }
      const bytes = pack();
      const lines = [line('packfile\n'), line(Buffer.from('\x02Counting objects\r'))];
      for (let at = 0; at < bytes.length; at += 65_000) {
        lines.push(line(Buffer.concat([Buffer.from([1]), bytes.subarray(at, at + 65_000)])));
      }
      response.end(Buffer.concat([...lines, Buffer.from(ending)]));
    });
  };
}
