import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

export interface WebHdfsServer {
  /** Of the active name node. */
  url: string;
  /** Of a name node that is not the active one. */
  standbyUrl: string;
  /** `METHOD path?query` of name nodes and data node (`dn …`), in order. */
  requests: string[];
  /** Headers of the last request to the data node. */
  dataNodeHeaders: IncomingMessage['headers'];
  /** Called before every answer; true when it has answered itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  files: Record<string, Buffer | string>;
  /** By path; a file that is written anew gets another. */
  ids: Record<string, number>;
  /** Answer to GETFILECHECKSUM by path; none otherwise. */
  checksums: Record<string, object>;
}

/**
 * Answers as WebHDFS does (WebHDFS REST API of Hadoop 3.4): two name nodes of which one is in standby, and a data node on
 * another port.
 */
export async function startWebHdfs(
  scope: Scope,
  files: Record<string, Buffer | string>,
  options: { batch?: number; tls?: Parameters<typeof startHttp>[2] } = {},
): Promise<WebHdfsServer> {
  const server: WebHdfsServer = {
    url: '',
    standbyUrl: '',
    requests: [],
    dataNodeHeaders: {},
    intercept: () => false,
    files,
    ids: {},
    checksums: {},
  };
  const dataNode = await startHttp(
    scope,
    (request, response) => {
      server.requests.push(`dn ${request.url}`);
      server.dataNodeHeaders = request.headers;
      if (server.intercept(request, response)) return;
      const { path, query } = parse(request);
      answerDataNode(server, path, query, response);
    },
    options.tls,
  );
  server.url = await startHttp(
    scope,
    (request, response) => {
      server.requests.push(`nn ${request.url}`);
      if (server.intercept(request, response)) return;
      answerNameNode(server, dataNode, options.batch ?? 1000, request, response);
    },
    options.tls,
  );
  server.standbyUrl = await startHttp(
    scope,
    (request, response) => {
      server.requests.push(`standby ${request.url}`);
      refuse(response, 403, 'StandbyException', 'Operation category READ is not supported in state standby.');
    },
    options.tls,
  );
  return server;
}

function answerDataNode(
  { checksums, files }: WebHdfsServer,
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const [checksum, data] = [checksums[path], files[path]];
  if (query.get('op') === 'GETFILECHECKSUM' && checksum) sendJson(response, { FileChecksum: checksum });
  else if (query.get('op') !== 'OPEN' || data === undefined) refuse(response, 403, 'IOException', 'no such thing');
  else {
    const bytes = Buffer.from(data);
    const start = Number(query.get('offset') ?? 0);
    const part = bytes.subarray(start, start + Number(query.get('length') ?? bytes.length));
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': part.length }).end(part);
  }
}

function answerNameNode(
  server: WebHdfsServer,
  dataNode: string,
  batch: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { path, query } = parse(request);
  const op = query.get('op');
  if (op === 'GETHOMEDIRECTORY') {
    sendJson(response, { Path: `/user/${query.get('doas') ?? query.get('user.name') ?? 'dr.who'}` });
    return;
  }
  const status = statusOf(server, path, '');
  if (!status) refuse(response, 404, 'FileNotFoundException', `File does not exist: ${path}`);
  else if (op === 'GETFILESTATUS') sendJson(response, { FileStatus: status });
  else if (op === 'LISTSTATUS_BATCH') {
    const after = query.get('startAfter');
    const rest = namesIn(server, path).filter((name) => after === null || name > after);
    const page = rest.slice(0, batch).map((name) => statusOf(server, join(path, name), name));
    const partialListing = { FileStatuses: { FileStatus: page } };
    sendJson(response, { DirectoryListing: { partialListing, remainingEntries: rest.length - page.length } });
  } else if (op === 'OPEN' || op === 'GETFILECHECKSUM') {
    response.writeHead(307, { location: dataNode + request.url!, 'content-length': 0 }).end();
  } else refuse(response, 400, 'IllegalArgumentException', `Invalid value for webhdfs parameter "op": ${op}`);
}

function statusOf({ files, ids }: WebHdfsServer, path: string, pathSuffix: string): object | undefined {
  const data = files[path];
  const common = { owner: 'root', group: 'supergroup', replication: 1, pathSuffix };
  if (data !== undefined) {
    const [length, fileId] = [Buffer.from(data).length, ids[path] ?? 16_400];
    return { ...common, type: 'FILE', length, fileId, modificationTime: 1_795_255_176_937, blockSize: 65_536 };
  }
  const below = path === '/' ? '/' : `${path}/`;
  if (!Object.keys(files).some((each) => each.startsWith(below))) return undefined;
  return { ...common, type: 'DIRECTORY', length: 0, fileId: 16_385, modificationTime: 0, blockSize: 0 };
}

function namesIn({ files }: WebHdfsServer, path: string): string[] {
  const below = path === '/' ? '/' : `${path}/`;
  const names = Object.keys(files).filter((each) => each.startsWith(below));
  return [...new Set(names.map((each) => each.slice(below.length).split('/')[0]!))].sort();
}

function join(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

function parse(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const url = new URL(request.url!, 'http://host');
  const path = decodeURIComponent(url.pathname.replace(/^.*?\/webhdfs\/v1/, ''));
  return { path: path || '/', query: url.searchParams };
}

function refuse(response: ServerResponse, status: number, exception: string, message: string): void {
  sendJson(response, { RemoteException: { exception, javaClassName: `java.io.${exception}`, message } }, status);
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
