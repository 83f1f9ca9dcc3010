import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type GitLimits, limitExceeded } from './limits.ts';

/** A file that grows: objects that came as deltas, and large bases, in full, one behind the other. */
export interface ExpandedFile {
  path: string;
  /** Appends what comes and answers where it begins. What a failure leaves is never referred to. */
  append(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number>;
  /** Reads without waiting: thousands of small copies out of the same pages are the usual thing. */
  readSync(offset: number, length: number): Buffer;
  close(): Promise<void>;
}

const WRITE_BYTES = 256 * 1024;

/** @throws StorageError LimitExceeded from `append` */
export async function createExpandedFile(path: string, shown: string, limits: GitLimits): Promise<ExpandedFile> {
  const handle = await open(path, 'wx+');
  let end = 0;

  return {
    path,
    async append(pieces) {
      const start = end;
      let held: Buffer[] = [];
      let heldBytes = 0;
      const flush = async () => {
        if (end + heldBytes > limits.maxDeltaBytes) {
          throw limitExceeded(shown, 'deltas that expand to more bytes than', limits, 'maxDeltaBytes');
        }
        const all = held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes);
        for (let at = 0; at < all.length; ) at += (await handle.write(all, at, all.length - at, end + at)).bytesWritten;
        end += all.length;
        held = [];
        heldBytes = 0;
      };
      try {
        for await (const piece of pieces) {
          held.push(piece);
          heldBytes += piece.length;
          if (heldBytes >= WRITE_BYTES) await flush();
        }
        await flush();
      } catch (error) {
        end = start;
        throw error;
      }
      return start;
    },
    readSync(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const count = readSync(handle.fd, buffer, filled, length - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      return buffer.subarray(0, filled);
    },
    close: () => handle.close(),
  };
}
