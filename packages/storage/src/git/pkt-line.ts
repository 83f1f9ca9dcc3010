import type { Readable } from 'node:stream';
import { StorageError } from '../errors.ts';

/** Messages without content that Git's protocol version 2 knows. */
export type Mark = 'flush' | 'delimiter' | 'end';

const MARKS: readonly Mark[] = ['flush', 'delimiter', 'end'];

/** Longest line: 65,520 bytes with its four digits of length (gitprotocol-common(5)). */
const MAX_LINE_BYTES = 65_520;

export const FLUSH = '0000';
export const DELIMITER = '0001';

/** One line of Git's protocol: four hexadecimal digits of length, the text, a line feed. */
export function pktLine(text: string): string {
  const length = Buffer.byteLength(text) + 5;
  if (length > MAX_LINE_BYTES) throw new RangeError(`a line of ${length} bytes is too long`);
  return `${length.toString(16).padStart(4, '0')}${text}\n`;
}

/**
 * Lines of an answer. A buffer is good until the next one is asked for.
 * @throws StorageError SourceRejected where it is not made of lines; SourceUnavailable (transient) where it breaks off, also inside a line
 */
export async function* pktLines(body: Readable, source: string): AsyncGenerator<Buffer | Mark> {
  let held: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      let at = 0;
      while (held.length - at >= 4) {
        const length = lengthAt(held, at, source);
        if (length < 4) {
          if (length === 3) throw notLines(source);
          yield MARKS[length]!;
          at += 4;
        } else {
          if (held.length - at < length) break;
          yield held.subarray(at + 4, at + length);
          at += length;
        }
      }
      held = held.subarray(at);
    }
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw brokenOff(source, error);
  }
  if (held.length > 0) throw brokenOff(source);
}

export function brokenOff(source: string, cause?: unknown): StorageError {
  return new StorageError('SourceUnavailable', `the answer about ${source} broke off`, {
    cause,
    transient: true,
    details: { source },
  });
}

function lengthAt(held: Buffer, at: number, source: string): number {
  const digits = held.toString('latin1', at, at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw notLines(source);
  const length = Number.parseInt(digits, 16);
  if (length > MAX_LINE_BYTES) throw notLines(source);
  return length;
}

function notLines(source: string): StorageError {
  return new StorageError('SourceRejected', `the answer about ${source} is not in Git's protocol`, {
    hint: 'check that the address is that of a repository, and that no proxy or login page answers for it',
    details: { source },
  });
}
