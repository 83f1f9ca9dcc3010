import { createHash } from 'node:crypto';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

export interface AzureFilesServer {
  /** Address of the service, with the account as Azurite has it. */
  url: string;
  /** Files by `share/path`; may be changed while it runs. */
  files: Map<string, string>;
  requests: { method: string; url: URL; headers: NodeJS.Dict<string | string[]> }[];
  /** Whether a request may pass; another answer is an error code of Azure's, with 403. */
  judge: (request: AzureFilesServer['requests'][number]) => true | string;
}

/** As much of Azure Files' REST API as a download needs; listings have two entries a page. */
export async function startAzureFiles(scope: Scope, files: Record<string, string>): Promise<AzureFilesServer> {
  const server: AzureFilesServer = {
    url: '',
    files: new Map(Object.entries(files)),
    requests: [],
    judge: () => true,
  };
  const origin = await startHttp(scope, (request, response) => {
    const url = new URL(request.url!, origin);
    const seen = { method: request.method!, url, headers: request.headers };
    server.requests.push(seen);
    const fail = (status: number, code: string) => {
      response.writeHead(status, { 'x-ms-error-code': code });
      response.end(request.method === 'HEAD' ? '' : `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
    };
    const verdict = server.judge(seen);
    if (verdict !== true) return fail(403, verdict);
    const path = decodeURIComponent(url.pathname).replace(/^\/account\//, '');
    if (!path.startsWith('share')) return fail(404, 'ShareNotFound');
    const names = [...server.files.keys()];
    if (url.searchParams.get('comp') === 'list') {
      const children = names.filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1));
      if (children.length === 0 && path !== 'share') return fail(404, 'ResourceNotFound');
      const entries = [...new Set(children.map((child) => child.replace(/\/.*/s, '/')))].sort();
      const start = Number(url.searchParams.get('marker') ?? 0);
      const listed = entries
        .slice(start, start + 2)
        .map((entry) =>
          entry.endsWith('/')
            ? `<Directory><Name>${escaped(entry.slice(0, -1))}</Name><Properties /></Directory>`
            : `<File><Name>${escaped(entry)}</Name><Properties><Content-Length>0</Content-Length></Properties></File>`,
        );
      const marker = start + 2 < entries.length ? `<NextMarker>${start + 2}</NextMarker>` : '<NextMarker />';
      const body = `<EnumerationResults ShareName="share"><Entries>${listed.join('')}</Entries>${marker}</EnumerationResults>`;
      return response.end(`\ufeff<?xml version="1.0" encoding="utf-8"?>${body}`);
    }
    const text = server.files.get(path);
    if (text === undefined) return fail(404, 'ResourceNotFound');
    const data = Buffer.from(text);
    response.setHeader('etag', `"${createHash('sha1').update(data).digest('hex')}"`);
    if (request.method === 'HEAD') {
      response.setHeader('content-md5', createHash('md5').update(data).digest('base64'));
      return response.writeHead(200, { 'content-length': data.length }).end();
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!range) return response.end(data);
    const part = data.subarray(Number(range[1]), Number(range[2]) + 1);
    const end = Number(range[1]) + part.length - 1;
    return response.writeHead(206, { 'content-range': `bytes ${range[1]}-${end}/${data.length}` }).end(part);
  });
  server.url = `${origin}/account`;
  return server;
}

function escaped(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
