import type { ApiResponse } from '@serval/kube/client';
import type { StatusError } from '@serval/kube/objects';

const encoder = new TextEncoder();

/** Bytes that are there already. */
export function bytesAnswer(
  status: number,
  contentType: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): ApiResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'content-length': String(bytes.byteLength), ...headers },
    body: once(bytes),
  };
}

export function jsonAnswer(status: number, value: unknown, headers?: Record<string, string>): ApiResponse {
  return bytesAnswer(status, 'application/json', encoder.encode(`${JSON.stringify(value)}\n`), headers);
}

export function textAnswer(status: number, text: string): ApiResponse {
  return bytesAnswer(status, 'text/plain; charset=utf-8', encoder.encode(text));
}

/** A body that comes in pieces. */
export function streamAnswer(contentType: string, chunks: AsyncIterable<Uint8Array>): ApiResponse {
  return {
    status: 200,
    headers: { 'content-type': contentType, 'transfer-encoding': 'chunked', 'cache-control': 'no-cache, private' },
    body: chunks,
  };
}

export function errorAnswer(error: StatusError): ApiResponse {
  const retry = error.details?.retryAfterSeconds;
  return jsonAnswer(error.code, error.toStatus(), retry ? { 'retry-after': String(retry) } : {});
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
