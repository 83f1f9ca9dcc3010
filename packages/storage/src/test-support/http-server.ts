import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Scope } from './temporary-directory.ts';

/** A real server on a free port of loopback, stopped with the test. */
export async function startHttp(
  scope: Scope,
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  tls?: { key: string; cert: string; ca?: string; requestCert?: boolean },
): Promise<string> {
  const answer = (request: IncomingMessage, response: ServerResponse) => void listener(request, response);
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  scope.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
