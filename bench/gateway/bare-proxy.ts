import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/** The least that a proxy on the same libraries does: no routes, no limits, no second try. Takes the upstream's address. */
const pool = new Pool(`http://${process.argv[2]}`, { connections: 256, pipelining: 1 });

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.once('end', () => {
    const { method, url, rawHeaders } = req;
    pool.dispatch(
      {
        method: method as 'POST',
        path: url ?? '/',
        headers: rawHeaders.filter((_, i) => rawHeaders[i - (i % 2)]?.toLowerCase() !== 'connection'),
        body: chunks.length === 0 ? null : Buffer.concat(chunks),
      },
      {
        onRequestStart() {},
        onResponseStart(controller, status) {
          res.writeHead(status, (controller.rawHeaders as Buffer[]).map(String));
        },
        onResponseData: (_, chunk) => void res.write(chunk),
        onResponseEnd: () => void res.end(),
        onResponseError: () => void res.destroy(),
      },
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
