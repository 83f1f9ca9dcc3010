import type { IncomingMessage } from 'node:http';
import { HttpError } from './reply.ts';

/** A body over the limit is read and thrown away up to so many times the limit, so that the client hears why instead of a reset. */
const DISCARDED_LIMITS = 4;

/** The whole body. Throws `HttpError` 413 over the limit, 415 for an encoded one; rejects when the client goes away. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    return Promise.reject(new HttpError(415, `content-encoding ${encoding} is not supported; send the body as it is`));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () => {
      reject(new HttpError(413, `the body is larger than ${limitBytes} bytes`, { connection: 'close' }));
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limitBytes * DISCARDED_LIMITS) {
        request.removeAllListeners('data').pause();
        tooLarge();
      }
    });
    request.on('end', () => {
      if (size > limitBytes) tooLarge();
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('aborted', () => reject(new HttpError(400, 'the client went away')));
  });
}
