import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Log } from '@serval/kube/client';
import { AdmissionRequestError } from './admission-review.ts';
import type { Webhooks } from './dispatch.ts';

/** An API server stores no object over 1.5 MiB, and a review holds two of them. */
const maxBodyBytes = 8 * 1024 * 1024;

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

/** Serves the webhooks over TLS, for an API server that is not in this process. `/healthz` answers 200. */
export async function serveWebhooks({
  webhooks,
  cert,
  key,
  host = '127.0.0.1',
  port = 0,
  log,
}: ServeWebhooksOptions): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer({ cert, key, minVersion: 'TLSv1.2' }, (request, response) => {
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
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, webhooks: Webhooks): Promise<void> {
  if (request.url === '/healthz') return send(response, 200, { status: 'ok' });
  if (request.method !== 'POST') return send(response, 405, { error: 'send an AdmissionReview with POST' });
  const body = await readBody(request);
  if (body === undefined) return send(response, 413, { error: `a review may have ${maxBodyBytes} bytes` });
  try {
    return send(response, 200, await webhooks(request.url ?? '/', JSON.parse(body)));
  } catch (error) {
    if (error instanceof AdmissionRequestError || error instanceof SyntaxError) {
      return send(response, 400, { error: error.message });
    }
    throw error;
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read on for a while, as a sender learns nothing from a connection that is cut.
    if (size > 4 * maxBodyBytes) return undefined;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks).toString();
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
