import type { IncomingMessage } from 'node:http';

// As upstream limits request bodies (MaxRequestBodyBytes).
export const maxBodyBytes = 3 * 1024 * 1024;
// A client that is still sending when its connection ends may never read why: so much of a refused body is taken and
// thrown away.
const maxDiscardedBytes = 16 * 1024 * 1024;

/** `undefined` when it is too large. Rejects with `gone` when the connection ends in the middle. */
export function readBody(message: IncomingMessage, gone: Error): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks = [];
      if (size <= maxDiscardedBytes) return;
      message.pause();
      resolve(undefined);
    });
    message.once('end', () => {
      if (size > maxBodyBytes) resolve(undefined);
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    message.once('error', reject);
    message.once('close', () => reject(gone));
  });
}
