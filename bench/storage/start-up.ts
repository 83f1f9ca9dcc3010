import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contenders.ts';
import type { Model } from './s3.ts';

const MODEL: Model = { prefix: 'start', count: 1, sizeBytes: 5 };
const DATA = 'model';

/**
 * Milliseconds from starting the process until the first byte of the object is on its way: listing included, the server answers
 * at once.
 */
export async function startUpMs(contender: Contender, rounds: number): Promise<number[]> {
  const times: number[] = [];
  let first: () => void = () => {};
  const server = createServer((request, response) => {
    if (answer(request, response)) first();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'serval-bench-start-'));
  try {
    for (let round = 0; round < rounds; round++) {
      const target = join(folder, String(round));
      const work = await mkdtemp(join(folder, 'work-'));
      const { command, environment } = await contender.prepare(MODEL, { url, stop: async () => {} }, target, work);
      const arrived = new Promise<void>((resolve) => {
        first = resolve;
      });
      const startMs = performance.now();
      const child = spawn(command[0]!, command.slice(1), { env: environment, stdio: 'ignore' });
      const ended = once(child, 'close');
      await Promise.race([arrived, ended.then(([code]) => Promise.reject(new Error(`${contender.name}: ${code}`)))]);
      times.push(performance.now() - startMs);
      await ended.catch(() => {});
    }
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
  return times.sort((a, b) => a - b);
}

/** True when it was the object that was asked for, not a listing of it or its head. */
function answer(request: IncomingMessage, response: ServerResponse): boolean {
  const etag = `"${createHash('md5').update(DATA).digest('hex')}"`;
  const url = new URL(request.url!, 'http://server');
  if (!/\.bin/.test(url.pathname)) {
    const entry = `<Contents><Key>start/000000.bin</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${DATA.length}</Size></Contents>`;
    response.setHeader('content-type', 'application/xml');
    response.end(
      `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${entry}</ListBucketResult>`,
    );
    return false;
  }
  response.setHeader('etag', etag).setHeader('last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT');
  response.setHeader('accept-ranges', 'bytes');
  const range = /^bytes=0-/.test(request.headers.range ?? '');
  if (range) response.setHeader('content-range', `bytes 0-${DATA.length - 1}/${DATA.length}`);
  response.writeHead(range ? 206 : 200, { 'content-length': DATA.length });
  response.end(request.method === 'HEAD' ? undefined : DATA);
  return request.method === 'GET';
}
