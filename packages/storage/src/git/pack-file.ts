import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import { type GitLimits, limitExceeded } from './limits.ts';
import { brokenOff } from './pkt-line.ts';

export const HEADER_BYTES = 12;
export const TRAILER_BYTES = 20;

/** What is collected before it is written. */
const WRITE_BYTES = 128 * 1024;

export interface PackFile {
  path: string;
  sizeBytes: number;
  /** Entries, as the header says. */
  objects: number;
  /** For reading; whoever received it closes it. */
  handle: FileHandle;
}

/**
 * Writes a pack to disk as it comes and checks its beginning and the digest at its end (gitformat-pack(5)). Bounds are looked at before
 * the bytes are taken.
 * @param spent  bytes and objects of earlier packs of the same download
 * @throws StorageError ChecksumMismatch (transient), SourceRejected, SourceUnavailable (transient), LimitExceeded
 */
export async function receivePack(
  chunks: AsyncIterable<Buffer>,
  path: string,
  shown: string,
  limits: GitLimits,
  spent: { packBytes: number; objects: number },
): Promise<PackFile> {
  const handle = await open(path, 'wx+');
  const hash = createHash('sha1');
  let sizeBytes = 0;
  let objects: number | undefined;
  let held: Buffer[] = [];
  let heldBytes = 0;

  /** The last bytes may be the trailer, which is not part of its own digest. */
  async function flush(): Promise<void> {
    const all = Buffer.concat(held, heldBytes);
    const cut = Math.max(0, all.length - TRAILER_BYTES);
    const ready = all.subarray(0, cut);
    hash.update(ready);
    for (let at = 0; at < ready.length; ) at += (await handle.write(ready, at)).bytesWritten;
    held = [all.subarray(cut)];
    heldBytes = all.length - cut;
  }

  try {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (spent.packBytes + sizeBytes > limits.maxPackBytes) {
        throw limitExceeded(shown, 'a pack with more bytes than', limits, 'maxPackBytes');
      }
      held.push(Buffer.from(chunk));
      heldBytes += chunk.length;
      if (objects === undefined && heldBytes >= HEADER_BYTES) {
        held = [Buffer.concat(held)];
        objects = objectsFrom(held[0]!, shown);
        if (spent.objects + objects > limits.maxObjects) {
          throw limitExceeded(shown, 'more objects than', limits, 'maxObjects');
        }
      }
      if (heldBytes >= WRITE_BYTES) await flush();
    }
    if (objects === undefined || sizeBytes < HEADER_BYTES + TRAILER_BYTES) throw brokenOff(shown);
    await flush();
    const trailer = Buffer.concat(held);
    const expected = trailer.toString('hex');
    const actual = hash.digest('hex');
    if (actual !== expected) {
      throw new StorageError(
        'ChecksumMismatch',
        `sha1 of the pack of ${shown} is ${actual}, the pack says ${expected}`,
        {
          hint: 'the data was damaged or cut on the way',
          details: { source: shown, expected, actual },
          transient: true,
        },
      );
    }
    await handle.write(trailer);
    return { path, sizeBytes, objects, handle };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function objectsFrom(header: Buffer, shown: string): number {
  const version = header.readUInt32BE(4);
  if (header.toString('latin1', 0, 4) !== 'PACK' || (version !== 2 && version !== 3)) {
    throw damaged(shown, 'it does not begin as a pack of version 2 or 3');
  }
  return header.readUInt32BE(8);
}

export function damaged(shown: string, problem: string, cause?: unknown): StorageError {
  return new StorageError('SourceRejected', `the pack of ${shown} is not sound: ${problem}`, {
    hint: 'run "git fsck" in the repository on the server',
    details: { source: shown },
    cause,
  });
}
