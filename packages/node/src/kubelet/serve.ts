import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiRequest, Log, Transport } from '@serval/kube/client';
import { messageOf } from '../errors.ts';

/** How an API server in another process reaches the node. */
export interface KubeletEndpoint {
  /** Address to listen on, which the Node's status announces. */
  address: string;
  /** PEM, for `address`. */
  certificate: string;
  key: string;
  /** PEM of the authorities whose client certificates are let in; nobody else is. */
  clientAuthorities: readonly string[];
}

/** Serves the kubelet's handler over TLS on a free port. Throws when it cannot listen there. */
export async function serveKubelet(
  endpoint: KubeletEndpoint,
  handle: Transport,
  log: Log,
): Promise<{ port: number; close(): Promise<void> }> {
  const options: ServerOptions = {
    cert: endpoint.certificate,
    key: endpoint.key,
    ca: [...endpoint.clientAuthorities],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  };
  const server = createServer(options, (request, response) => {
    answer(handle, request, response).catch((error: unknown) => {
      log.debug({ error: messageOf(error) }, 'a request to the node broke off');
      response.destroy();
    });
  });
  server.on('tlsClientError', (error) => log.debug({ error: error.message }, 'the node refused a connection'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, endpoint.address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(handle: Transport, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Nothing that is asked here has a body.
  request.resume();
  const method = request.method as ApiRequest['method'];
  const { status, headers, body } = await handle({ method, path: request.url ?? '/', signal: gone.signal });
  response.writeHead(status, headers);
  // A followed log may have nothing to say for long.
  response.flushHeaders();
  await pipeline(Readable.from(body, { objectMode: false }), response);
}
