import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '@serval/kube/certificates';
import type { ApiRequest, ApiResponse, Log, Transport } from '@serval/kube/client';
import { StatusError } from '@serval/kube/objects';
import { EngineError } from '../engine-error.ts';
import { errorAnswer } from './answer.ts';
import { answerClientError } from './client-error.ts';
import { maxBodyBytes, readBody } from './read-body.ts';

const maxHeaderBytes = 64 * 1024;
// Made once: an error with its stack for each connection that ends is what a busy server would do most.
const clientGone = new DOMException('the client closed the connection', 'AbortError');

export interface SocketServer {
  url: string;
  close(): Promise<void>;
}

/** Carries requests from TLS sockets to the handler. Throws `PortTaken`. */
export async function listen(options: {
  handle: Transport;
  host: string;
  port: number;
  certificate: KeyPair;
  log: Log;
}): Promise<SocketServer> {
  const { handle, host, port, certificate, log } = options;
  const server = createServer(
    {
      cert: certificate.certificate,
      key: certificate.key,
      minVersion: 'TLSv1.2',
      maxHeaderSize: maxHeaderBytes,
      // Watches live for long; a client that is gone closes its socket.
      requestTimeout: 60_000,
      headersTimeout: 30_000,
      keepAliveTimeout: 90_000,
      ALPNProtocols: ['http/1.1'],
    },
    (message, response) => {
      serve(handle, message, response).catch((error: unknown) => {
        log.debug({ error: String(error) }, 'connection ended');
        response.destroy();
      });
    },
  );
  server.on('clientError', answerClientError);
  server.on('tlsClientError', (error) => log.debug({ error: error.message }, 'TLS handshake failed'));
  await bind(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `https://${shownHost}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      const why = taken ? `port ${port} on ${host} is taken` : `cannot listen on ${host}:${port}: ${cause.message}`;
      reject(
        new EngineError('PortTaken', why, {
          hint: taken
            ? 'stop what listens there, or choose another port (0 picks a free one)'
            : 'choose another address or port',
          cause,
        }),
      );
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

async function serve(handle: Transport, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(clientGone);
  });
  const body = await readBody(message, clientGone);
  if (body === undefined) {
    const tooLarge = new StatusError(
      'RequestEntityTooLarge',
      `limit is ${maxBodyBytes} bytes for the body of a request`,
    );
    await send(errorAnswer(tooLarge), response, gone.signal);
    // Whatever is left of the body is not read.
    if (!message.complete) message.destroy();
    return;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const answer = await handle({
    method: (message.method ?? 'GET') as ApiRequest['method'],
    path: pathOf(message.url ?? '/'),
    headers,
    ...(body.byteLength > 0 ? { body } : {}),
    signal: gone.signal,
  });
  await send(answer, response, gone.signal);
}

/** The path of a request target, which may be a whole URL (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, '') || '/';
}

async function send(answer: ApiResponse, response: ServerResponse, gone: AbortSignal): Promise<void> {
  const { 'transfer-encoding': chunked, ...headers } = answer.headers;
  response.writeHead(answer.status, headers);
  const length = Number(headers['content-length'] ?? -1);
  // The client waits for the headers of a watch that has nothing to say yet.
  if (chunked) response.flushHeaders();
  try {
    for await (const chunk of answer.body) {
      if (gone.aborted) return;
      const last = chunk.byteLength === length ? await lastPart(chunk, response, gone) : undefined;
      if (last) {
        response.end(last);
        return;
      }
      if (!response.write(chunk)) await drained(response, gone);
    }
  } finally {
    response.end();
  }
}

/**
 * What is left to be written of a body that is whole. A small one goes with its headers in one write. Of a large one the end is kept back until
 * the connection has taken the rest: Node refuses (HPE_PAUSED) the next request on a TLS connection when it comes while more than a buffer's worth
 * counts as not written yet, and a client may have read all of it by then.
 */
async function lastPart(body: Uint8Array, response: ServerResponse, gone: AbortSignal): Promise<Uint8Array> {
  const most = response.writableHighWaterMark / 4;
  if (body.byteLength <= most) return body;
  if (!response.write(body.subarray(0, -most))) await drained(response, gone);
  return body.subarray(-most);
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    gone.addEventListener('abort', done, { once: true });
    if (gone.aborted) done();
  });
}
