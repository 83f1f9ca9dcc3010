import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Larger ones are not faster. */
const BUFFER_BYTES = 512 * 1024;

export function createDigestBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(BUFFER_BYTES);
}

/**
 * SHA-256 of a file, lower-case hexadecimal, in one buffer: the memory stays what it was.
 *
 * @param buffer  may be used again afterwards, not meanwhile
 */
export async function sha256OfFile(path: string, buffer: Buffer, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
