import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is downloaded: `count` objects of `sizeBytes` under one prefix. */
export interface Model {
  prefix: string;
  count: number;
  sizeBytes: number;
}

export interface ObjectServer {
  url: string;
  stop(): Promise<void>;
}

const BUCKET = 'bench';

export const keyOf = (model: Model, index: number) => `${model.prefix}/${String(index).padStart(6, '0')}.bin`;
export const urlOf = (server: ObjectServer, model: Model, index: number) =>
  `${server.url}/${BUCKET}/${keyOf(model, index)}`;
export const uriOf = (model: Model) => `s3://${BUCKET}/${model.prefix}`;
export const pathOf = (folder: string, model: Model, index: number) =>
  join(folder, 'root', BUCKET, keyOf(model, index));

/**
 * The two requests of S3 that a download makes, answered by nginx from files: objects as they are (ranges, `If-Match`, strong ETags),
 * listings written beforehand, in pages of 1,000 as everywhere. It sends from the page cache with `sendfile`, so it is not what
 * limits a client.
 */
export async function startObjectServer(program: string, folder: string, models: Model[]): Promise<ObjectServer> {
  for (const model of models) await layOut(folder, model);
  // HEAD of the bucket itself.
  await mkdir(join(folder, 'root', 'listings', 'none'), { recursive: true });
  await writeFile(join(folder, 'root', 'listings', 'none', 'p0.xml'), '');
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(port));
  const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await reachable(url, child);
  return {
    url,
    async stop() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function layOut(folder: string, model: Model): Promise<void> {
  const first = pathOf(folder, model, 0);
  await mkdir(dirname(first), { recursive: true });
  const handle = await open(first, 'w');
  const piece = randomBytes(Math.min(model.sizeBytes, 8 << 20));
  for (let left = model.sizeBytes; left > 0; left -= piece.length) {
    await handle.write(piece, 0, Math.min(left, piece.length));
  }
  await handle.close();
  for (let index = 1; index < model.count; index++) await link(first, pathOf(folder, model, index));

  const info = await stat(first);
  const etag = `${Math.floor(info.mtimeMs / 1000).toString(16)}-${info.size.toString(16)}`; // as nginx makes them
  const pages = join(folder, 'root', 'listings', model.prefix);
  await mkdir(pages, { recursive: true });
  const entry = (index: number) =>
    `<Contents><Key>${keyOf(model, index)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${model.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  const page = (from: number, to: number, next: string | undefined) =>
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><Prefix>${model.prefix}/</Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextContinuationToken>${next}</NextContinuationToken><NextMarker>${next}</NextMarker>` : ''}${Array.from({ length: to - from }, (_, index) => entry(from + index)).join('')}</ListBucketResult>`;
  await writeFile(join(pages, 'one.xml'), page(0, 1, model.count > 1 ? 'p0' : undefined));
  for (let number = 0, from = 0; from < model.count; number++, from += 1000) {
    const to = Math.min(model.count, from + 1000);
    await writeFile(join(pages, `p${number}.xml`), page(from, to, to < model.count ? `p${number + 1}` : undefined));
  }
}

const configuration = (port: number) => `
${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 2; pid nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000; default_type application/octet-stream;
  open_file_cache max=10000 inactive=60s;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  map $args $prefix { "~(?:^|&)prefix=([a-z0-9-]+)" $1; default none; }
  map $args $page {
    "~(?:^|&)max-keys=1(?:&|$)" one;
    "~(?:^|&)(?:continuation-token|marker)=(?<number>p[0-9]+)" $number;
    default p0;
  }
  server {
    listen 127.0.0.1:${port}; root root;
    location = /${BUCKET} { default_type application/xml; try_files /listings/$prefix/$page.xml =404; }
    location = /${BUCKET}/ { default_type application/xml; try_files /listings/$prefix/$page.xml =404; }
    location /${BUCKET}/ { add_header x-amz-request-id 1; }
  }
}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function reachable(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`nginx ended with code ${child.exitCode}`);
}
