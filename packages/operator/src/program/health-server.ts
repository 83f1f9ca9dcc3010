import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Page {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** Answers a page for a path; nothing where there is none. */
export type Pages = (path: string, query: URLSearchParams) => Page | undefined;

export interface PageServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves health or metrics over plain HTTP, as kubelets and Prometheus ask for them. */
export async function servePages(host: string, port: number, pages: Pages): Promise<PageServer> {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const page = isRead ? pages(path, new URLSearchParams(query)) : { status: 405, body: 'GET only\n' };
    const { status, body, contentType = 'text/plain; charset=utf-8' } = page ?? { status: 404, body: 'not found\n' };
    response.writeHead(status, { 'content-type': contentType }).end(request.method === 'HEAD' ? undefined : body);
  });
  server.requestTimeout = 10_000;
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
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
