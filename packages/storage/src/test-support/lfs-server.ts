import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface LfsServer {
  /** Answers requests below `…/info/lfs` and `/store/`; false for others. */
  intercept(request: IncomingMessage, response: ServerResponse): boolean;
  /** Stores a file and answers the pointer for it. */
  put(content: Buffer): string;
  objects: Map<string, Buffer>;
  batches: string[][];
  downloads: string[];
  /** Headers that a download must have. */
  token: string;
  ranges: boolean;
  /** Where files are; default the server itself. */
  storeUrl: string | undefined;
}

/** An LFS server as the batch API's documentation has it: each address is good once, with a token of its own. */
export function createLfsServer(): LfsServer {
  const server: LfsServer = {
    objects: new Map(),
    batches: [],
    downloads: [],
    token: 'sentinel-lfs-token',
    ranges: true,
    storeUrl: undefined,
    put(content) {
      const oid = createHash('sha256').update(content).digest('hex');
      server.objects.set(oid, content);
      return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.length}\n`;
    },
    intercept(request, response) {
      const { url = '' } = request;
      if (request.method === 'POST' && url.endsWith('.git/info/lfs/objects/batch')) {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => answerBatch(server, request, response, Buffer.concat(chunks).toString()));
        return true;
      }
      const oid = /^\/store\/([0-9a-f]{64})$/.exec(url)?.[1];
      if (!oid) return false;
      server.downloads.push(`${oid} ${request.headers.range ?? 'whole'}`);
      const content = server.objects.get(oid);
      if (request.headers.authorization !== `Bearer ${server.token}`) response.writeHead(403).end();
      else if (!content) response.writeHead(404).end();
      else {
        const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        if (start && server.ranges) {
          const last = Math.min(Number(end), content.length - 1);
          response.writeHead(206, { 'content-range': `bytes ${start}-${last}/${content.length}` });
          response.end(content.subarray(Number(start), last + 1));
        } else response.end(content);
      }
      return true;
    },
  };
  return server;
}

function answerBatch(server: LfsServer, request: IncomingMessage, response: ServerResponse, text: string): void {
  const { operation, transfers, objects } = JSON.parse(text) as {
    operation: string;
    transfers: string[];
    objects: { oid: string; size: number }[];
  };
  const type = 'application/vnd.git-lfs+json';
  const right = request.headers.accept === type && request.headers['content-type'] === type;
  if (!right || operation !== 'download' || !transfers.includes('basic') || objects.length > 100) {
    response.writeHead(422, { 'content-type': type }).end(JSON.stringify({ message: 'malformed' }));
    return;
  }
  server.batches.push(objects.map(({ oid }) => oid));
  const store = server.storeUrl ?? `http://${request.headers.host}`;
  const answers = objects.map(({ oid, size }) =>
    server.objects.has(oid)
      ? {
          oid,
          size,
          authenticated: true,
          actions: {
            download: {
              href: `${store}/store/${oid}`,
              header: { Authorization: `Bearer ${server.token}` },
              expires_in: 3600,
            },
          },
        }
      : { oid, size, error: { code: 404, message: 'Object does not exist' } },
  );
  response.writeHead(200, { 'content-type': type }).end(JSON.stringify({ transfer: 'basic', objects: answers }));
}
