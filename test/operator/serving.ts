import { createReadStream } from 'node:fs';
import { Agent, createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunningGateway } from '@serval/gateway';
import type { ImageEntry } from './support.ts';

/** A small Node process in the place of somebody's own transformer. */
export const transformerImage: ImageEntry = {
  match: 'acme/transformer',
  command: [process.execPath, join(import.meta.dirname, 'programs/transformer.ts')],
};

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

type Requester = (host: string, path: string, body?: string) => Promise<Answer>;

/** Sends requests to the gateway's outer port, under a host name of its routes. */
export function requesterOf({ external }: RunningGateway): Requester {
  return requesterAt(Number(external.split(':').at(-1)));
}

export function requesterAt(port: number): Requester {
  const agent = new Agent({ keepAlive: false });
  return (host, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { host, 'content-type': 'application/json' };
      const method = body === undefined ? 'GET' : 'POST';
      const sent = request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      sent.on('error', reject).end(body);
    });
}

/** Serves files by path; gone with the test. */
export async function startModelStore(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer((incoming, response) => {
    const file = files[incoming.url ?? ''];
    if (!file) return response.writeHead(404).end('no such model');
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
