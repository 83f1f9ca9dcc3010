import { type StatusError, statusErrorFrom } from '../objects/status-error.ts';
import { ConnectionError } from './connection-error.ts';
import type { ApiResponse } from './transport.ts';

/** More than any list page or OpenAPI document needs. */
const maxBodyBytes = 256 * 1024 * 1024;
/** An object is at most a few MiB (etcd's limit is 1.5 MiB; a watch event holds one). */
const maxLineBytes = 32 * 1024 * 1024;

/** The whole body as text. @throws ConnectionError beyond 256 MiB. */
export async function readText(response: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) {
      throw new ConnectionError('BadAnswer', `the answer is larger than ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The body of a good answer, parsed.
 *
 * @throws StatusError for an HTTP failure, ConnectionError when the body is not JSON.
 */
export async function readJson(response: ApiResponse): Promise<unknown> {
  if (response.status >= 400) throw await failureOf(response);
  const text = await readText(response);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const type = response.headers['content-type'] ?? 'no content type';
    throw new ConnectionError('BadAnswer', `expected JSON from the API server, got ${type}: ${excerpt(text)}`, {
      cause,
    });
  }
}

/** The StatusError of an HTTP failure, also when a proxy in between answered it with something else than a Status. */
export async function failureOf(response: ApiResponse): Promise<StatusError> {
  const text = await readText(response);
  const retryAfterSeconds = Number(response.headers['retry-after']);
  const status = parseStatus(text) ?? { message: `the server answered ${response.status}: ${excerpt(text)}` };
  if (retryAfterSeconds > 0) status.details = { retryAfterSeconds, ...status.details };
  return statusErrorFrom(status, response.status);
}

function parseStatus(text: string): Parameters<typeof statusErrorFrom>[0] | undefined {
  try {
    const value = JSON.parse(text);
    return value?.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line || 'empty body';
}

/** The values of a stream of JSON lines. @throws ConnectionError for a line that is not JSON or over 32 MiB. */
export async function* readJsonLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      pending.push(chunk.subarray(start, end));
      yield* parseLine(pending);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    if (start < chunk.byteLength) {
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.byteLength - start;
      if (pendingBytes > maxLineBytes)
        throw new ConnectionError('BadAnswer', `a watch event exceeds ${maxLineBytes} bytes`);
    }
  }
  // A rest without a newline is an event cut in the middle: the watch is resumed from the one before.
}

function* parseLine(parts: Uint8Array[]): Generator<unknown> {
  const text = Buffer.concat(parts).toString('utf8');
  if (text.trim() === '') return;
  try {
    yield JSON.parse(text);
  } catch (cause) {
    throw new ConnectionError('BadAnswer', `a watch event is not JSON: ${excerpt(text)}`, { cause });
  }
}
