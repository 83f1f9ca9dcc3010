import { StorageError } from '../errors.ts';
import type { HttpResponse } from './connections.ts';

/**
 * The whole body of an answer that is no model data: a listing, a token, an index.
 * @throws StorageError SourceRejected above `limitBytes`, SourceUnavailable (transient) when it breaks off
 */
export async function readBody(response: HttpResponse, source: string, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limitBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new StorageError('SourceUnavailable', `the answer about ${source} broke off`, { cause, transient: true });
  }
  if (length > limitBytes) {
    throw new StorageError('SourceRejected', `the answer about ${source} is over ${limitBytes} bytes`);
  }
  return Buffer.concat(chunks);
}

/** A body as JSON, of whatever shape. @throws StorageError as `readBody`, and SourceRejected where it is not JSON */
export async function readJsonBody(response: HttpResponse, source: string, limitBytes: number): Promise<unknown> {
  const text = (await readBody(response, source, limitBytes)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text, which may hold a token.
    throw new StorageError('SourceRejected', `the answer about ${source} is not JSON`, {
      hint: 'check that the address leads to the right server, and that no proxy answers for it',
    });
  }
}

/** Lets go of an answer whose body has no use, so that its connection ends. */
export function discardBody(response: HttpResponse): void {
  response.body.on('error', () => {}).destroy();
}
