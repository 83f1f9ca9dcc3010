import { open, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { etagOf, preconditionStatus, rangeApplies } from './conditional.ts';
import { listDirectory, renderListing } from './listing.ts';
import { parseRange } from './range.ts';
import { type Resolved, resolveBelow } from './resolve.ts';

export interface ModelStoreOptions {
  /** The folder that is served; nothing outside it ever is. */
  directory: string;
  /** Default 127.0.0.1 */
  host?: string;
  /** 0 takes a free one. */
  port: number;
  /** Called when a request fails for a reason of ours. */
  onError?: (error: unknown, path: string) => void;
}

export interface ModelStore {
  host: string;
  port: number;
  url: string;
  /** Takes no new requests, lets running ones end for `graceMs`, then cuts them. */
  close(graceMs?: number): Promise<void>;
}

type FoundFile = Extract<Resolved, { kind: 'file' | 'directory' }>;

/** A read-only static file server: GET and HEAD with ranges and conditions, listings as JSON or HTML, `/healthz`. */
export async function startModelStore(options: ModelStoreOptions): Promise<ModelStore> {
  const root = await realpath(options.directory);
  const server = createServer((request, response) => {
    answer(root, request, response).catch((error) => {
      if (!response.headersSent) sendText(response, 500, 'the file could not be read');
      else response.destroy(); // the client must notice that it is not whole
      if (!isDisconnect(error)) options.onError?.(error, request.url ?? '');
    });
  });
  // A server of files has no use for slow senders of headers.
  server.headersTimeout = 15_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => resolve());
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`,
    async close(graceMs = 5000) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request.url ?? '/');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return sendText(response, 405, `${request.method} is not allowed: this server is read-only`);
  }
  if (path === '/healthz') return sendText(response, 200, 'ok');
  const found = await resolveBelow(root, path);
  switch (found.kind) {
    case 'malformed':
      return sendText(response, 400, 'the path is malformed');
    case 'forbidden':
      return sendText(response, 403, `not allowed: ${path}`);
    case 'missing':
      return sendText(response, 404, `no such file: ${path}`);
    case 'directory':
      return sendDirectory(root, found.path, path, request, response);
    case 'file':
      if (path.endsWith('/')) return sendText(response, 404, `a file, not a directory: ${path}`);
      return sendFile(found, request, response);
  }
}

/** Also of an absolute-form request (`GET http://host/path`), which a proxy may pass on. */
function pathOf(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.replace(/[?#].*$/s, '') || '/';
}

async function sendFile(found: FoundFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const handle = await open(found.path);
  try {
    // Of the opened file: another may have been renamed to this name since.
    const info = await handle.stat();
    const file = { sizeBytes: info.size, modifiedMs: info.mtimeMs, inode: info.ino };
    const validators = { etag: etagOf(file), modifiedMs: info.mtimeMs };
    response.setHeader('etag', validators.etag);
    response.setHeader('last-modified', new Date(info.mtimeMs).toUTCString());
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader('x-content-type-options', 'nosniff');
    const status = preconditionStatus(request.headers, validators);
    if (status !== undefined) {
      response.writeHead(status).end();
      return;
    }
    const range = rangeApplies(request.headers, validators) ? parseRange(request.headers.range, info.size) : undefined;
    if (range === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${info.size}`);
      return sendText(response, 416, 'no such range');
    }
    const { start, end } = range ?? { start: 0, end: info.size };
    if (range) response.setHeader('content-range', `bytes ${start}-${end - 1}/${info.size}`);
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': end - start,
    });
    // Should the file be cut while it is sent, the client must not wait for the rest.
    response.strictContentLength = true;
    if (request.method === 'HEAD' || end === start) {
      response.end();
      return;
    }
    await pipeline(
      handle.createReadStream({ start, end: end - 1, autoClose: false, highWaterMark: 256 * 1024 }),
      response,
    );
  } finally {
    await handle.close();
  }
}

async function sendDirectory(
  root: string,
  directory: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const json = /\bapplication\/json\b/.test(request.headers.accept ?? '');
  if (!path.endsWith('/') && !json) {
    // Relative links of the page need the slash.
    const segments = decodeURIComponent(path).split('/').filter(Boolean);
    response.setHeader('location', `/${segments.map(encodeURIComponent).join('/')}/`);
    return sendText(response, 301, 'a directory ends with a slash');
  }
  const { entries, truncated } = await listDirectory(root, directory);
  const body = json
    ? `${JSON.stringify({ path: decodeURIComponent(path), entries, truncated })}\n`
    : renderListing(decodeURIComponent(path), entries);
  send(response, 200, json ? 'application/json' : 'text/html; charset=utf-8', body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
  });
  // Node leaves the body out of the answer to HEAD.
  response.end(body);
}

function isDisconnect(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
