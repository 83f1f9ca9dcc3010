import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Log } from '@serval/kube/client';
import type { ServingCertificate } from '../certificates/serving-certificate.ts';
import { AdmissionRequestError } from './admission-review.ts';
import { ConversionRequestError } from './conversion-review.ts';
import type { Webhooks } from './dispatch.ts';
import { webhookPaths } from './paths.ts';

/** An API server stores no object over 1.5 MiB, and a review holds two of them. */
const maxAdmissionBytes = 8 * 1024 * 1024;
/** A conversion review may hold a whole page of a list. */
const maxConversionBytes = 64 * 1024 * 1024;
/** Reviews that have begun when the server is closed. An API server waits ten seconds for admission. */
const defaultGraceMs = 10_000;

export interface ServeWebhooksOptions {
  webhooks: Webhooks;
  /** Certificate chain and key, PEM. */
  cert: string;
  key: string;
  /** Default loopback. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  log: Log;
}

export interface WebhookServer {
  url: string;
  /** Shown from the next connection on. */
  setCertificate(certificate: ServingCertificate): void;
  /** Takes no more connections; resolves when reviews that have begun are answered, or cut after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** Serves the webhooks over TLS, for an API server that is not in this process. `/healthz` answers 200. */
export async function serveWebhooks({
  webhooks,
  cert,
  key,
  host = '127.0.0.1',
  port = 0,
  log,
}: ServeWebhooksOptions): Promise<WebhookServer> {
  const secure = (certificate: ServingCertificate) => ({ ...certificate, minVersion: 'TLSv1.2' as const });
  let closing = false;
  const server = createServer(secure({ cert, key }), (request, response) => {
    if (closing) response.setHeader('connection', 'close');
    void answer(request, response, webhooks).catch((error: unknown) => {
      log.debug({ error: error instanceof Error ? error.message : String(error) }, 'webhook request broke off');
      response.destroy();
    });
  });
  server.requestTimeout = 30_000;
  await listen(server, host, port);
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `https://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    setCertificate: (certificate) => server.setSecureContext(secure(certificate)),
    async close(graceMs = defaultGraceMs) {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, webhooks: Webhooks): Promise<void> {
  const path = request.url ?? '/';
  if (path === '/healthz') return send(response, 200, { status: 'ok' });
  if (request.method !== 'POST') return send(response, 405, { error: 'send a review with POST' });
  const maxBytes = path.split('?')[0] === webhookPaths.convert ? maxConversionBytes : maxAdmissionBytes;
  const body = await readBody(request, maxBytes);
  if (body === undefined) return send(response, 413, { error: `a review at ${path} may have ${maxBytes} bytes` });
  try {
    return send(response, 200, await webhooks(path, JSON.parse(body)));
  } catch (error) {
    if (
      error instanceof AdmissionRequestError ||
      error instanceof ConversionRequestError ||
      error instanceof SyntaxError
    ) {
      return send(response, 400, { error: error.message });
    }
    throw error;
  }
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read on for a while, as a sender learns nothing from a connection that is cut.
    if (size > 4 * maxBytes) return undefined;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBytes ? undefined : Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
