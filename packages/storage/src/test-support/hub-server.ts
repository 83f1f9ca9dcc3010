import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startHttp } from './http-server.ts';
import type { Scope } from './temporary-directory.ts';

interface HubFile {
  data: Buffer | string;
  /** Where the content lies: in Git, or in large-file storage on another host, there also in chunks (Xet). */
  storage?: 'git' | 'lfs' | 'xet';
}

export interface HubRepository {
  /** Branches and tags, each with the files it has. Their commits are made up from the content. */
  revisions: Record<string, Record<string, HubFile | string>>;
  access?: 'public' | 'gated' | 'private' | 'disabled';
}

export interface Hub {
  url: string;
  cdnUrl: string;
  /** `METHOD path`, in order, of the Hub and of the storage behind it. */
  requests: string[];
  /** Called before every answer; true when it has answered itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  repositories: Record<string, HubRepository>;
  commitOf(repository: string, revision: string): string;
}

/** May read everything; of `STRANGER_TOKEN` the Hub knows the account, which has accepted no terms. */
export const READER_TOKEN = 'hf_readerSentinel';
export const STRANGER_TOKEN = 'hf_strangerSentinel';

/**
 * A server that answers as the Hugging Face Hub does: the model information and tree endpoints (Hub API reference), and
 * `resolve` with its redirects and headers as huggingface_hub 2.4.0 reads them (`_http.py`, `file_download.py`). Storage is
 * another host, which answers signed addresses only and refuses an `Authorization` header, as object storage does.
 */
export async function startHub(
  scope: Scope,
  repositories: Record<string, HubRepository>,
  options: HubOptions = {},
): Promise<Hub> {
  const hub: Hub = {
    url: '',
    cdnUrl: '',
    requests: [],
    intercept: () => false,
    repositories,
    commitOf: (repository, revision) => commitOf(repositories[repository]!.revisions[revision]!),
  };
  const stored = new Map<string, Buffer>();
  hub.cdnUrl = await startHttp(scope, (request, response) => {
    hub.requests.push(`${request.method} cdn${request.url}`);
    if (hub.intercept(request, response)) return;
    const url = new URL(request.url!, 'http://cdn');
    const data = stored.get(url.pathname.slice(1));
    if (request.headers.authorization) response.writeHead(400).end('two ways of authentication');
    else if (url.searchParams.get('Signature') !== 'signatureSentinel') response.writeHead(403).end('expired');
    else if (!data) response.writeHead(404).end();
    else sendContent(request, response, data, { etag: `"${createHash('md5').update(data).digest('hex')}"` });
  });
  hub.url = await startHttp(scope, (request, response) => {
    hub.requests.push(`${request.method} ${request.url}`);
    if (hub.intercept(request, response)) return;
    send(request, response, answerOf(hub, stored, options, request));
  });
  return hub;
}

interface Answer {
  status?: number;
  headers?: Record<string, string | number | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with ranges. */
  content?: Buffer;
}

const PATH =
  /^\/(api\/models\/|api\/resolve-cache\/models\/|)([^/]+\/[^/]+)(?:\/(revision|tree|resolve|[0-9a-f]{40})(?:\/([^/]*)(?:\/(.*))?)?)?$/;

interface HubOptions {
  pageSize?: number;
  /** Where links to further pages lead. A mirror of the Hub passes on those of the Hub. Default is the server itself. */
  linkOrigin?: string;
}

function answerOf(hub: Hub, stored: Map<string, Buffer>, options: HubOptions, request: IncomingMessage): Answer {
  const url = new URL(request.url!, hub.url);
  const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && token !== READER_TOKEN && token !== STRANGER_TOKEN) {
    return refusal(401, undefined, 'Invalid credentials in Authorization header');
  }
  const [, api, name = '', verb, revision = 'main', rest = ''] = PATH.exec(url.pathname) ?? [];
  const repository = hub.repositories[name];
  const mayRead = token === READER_TOKEN;
  if (!repository || (repository.access === 'private' && !mayRead)) {
    // The same for what does not exist and what may not be seen.
    return token
      ? refusal(404, 'RepoNotFound', 'Repository not found')
      : refusal(401, undefined, 'Invalid username or password.');
  }
  if (repository.access === 'disabled') return refusal(403, undefined, 'Access to this resource is disabled.');
  const cached = api === 'api/resolve-cache/models/';
  const wanted = decodeURIComponent(cached ? verb! : revision);
  const revisions = Object.entries(repository.revisions);
  const files = revisions.find(([ref, each]) => ref === wanted || commitOf(each) === wanted)?.[1];
  if (!files) return refusal(404, 'RevisionNotFound', `Invalid rev id: ${wanted}`);
  if (api === 'api/models/' && verb === 'tree') return treePage(files, url, options);
  if (api === 'api/models/') return information(name, repository, files);
  if (repository.access === 'gated' && !mayRead) {
    return token
      ? refusal(403, 'GatedRepo', `Access to model ${name} is restricted and you are not in the authorized list.`)
      : refusal(401, 'GatedRepo', `Access to model ${name} is restricted. Please log in.`);
  }
  const path = decodeURIComponent(cached ? url.pathname.slice(`/${api}${name}/${verb}/`.length) : rest);
  const file = files[path];
  if (file === undefined) return refusal(404, 'EntryNotFound', 'Entry not found');
  const { data, storage, sha256, blob } = contentOf(file);
  const commit = { 'x-repo-commit': commitOf(files) };
  if (storage === 'git') {
    const etag = `"${blob}"`;
    if (cached) return { headers: { ...commit, etag }, content: data };
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const location = `/api/resolve-cache/models/${name}/${commitOf(files)}/${encoded}`;
    return { status: 307, headers: { ...commit, location, 'x-linked-etag': etag, 'x-linked-size': data.length } };
  }
  stored.set(sha256, data);
  return {
    status: 302,
    headers: {
      ...commit,
      location: `${hub.cdnUrl}/${sha256}?Signature=signatureSentinel`,
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': data.length,
      ...(storage === 'xet' ? { 'x-xet-hash': sha256 } : {}),
    },
  };
}

function refusal(status: number, code: string | undefined, message: string): Answer {
  const headers = { 'x-error-message': message, ...(code ? { 'x-error-code': code } : {}) };
  return { status, headers, json: { error: message } };
}

function information(name: string, { access }: HubRepository, files: Record<string, HubFile | string>): Answer {
  return {
    json: {
      _id: '0123456789abcdef01234567',
      id: name,
      modelId: name,
      author: name.split('/')[0],
      sha: commitOf(files),
      private: access === 'private',
      gated: access === 'gated' ? 'manual' : false,
      disabled: false,
      downloads: 0,
      likes: 0,
      tags: [],
      createdAt: '2026-01-02T03:04:05.000Z',
      lastModified: '2026-01-02T03:04:05.000Z',
      siblings: Object.keys(files).map((rfilename) => ({ rfilename })),
    },
  };
}

function treePage(
  files: Record<string, HubFile | string>,
  url: URL,
  { pageSize = 1000, linkOrigin }: HubOptions,
): Answer {
  const entries = treeOf(files);
  const start = Number(Buffer.from(url.searchParams.get('cursor') ?? '', 'base64url').toString() || 0);
  const json = entries.slice(start, start + pageSize);
  if (start + pageSize >= entries.length) return { json };
  const next = new URL(url.pathname + url.search, linkOrigin ?? url);
  next.searchParams.set('cursor', Buffer.from(String(start + pageSize)).toString('base64url'));
  return { json, headers: { link: `<${next.href}>; rel="next"` } };
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, json, content }: Answer): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value!);
  if (content) sendContent(request, response, content, {});
  else {
    response.writeHead(status ?? 200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  }
}

function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  data: Buffer,
  headers: Record<string, string>,
): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = last ? Math.min(Number(last) + 1, data.length) : data.length;
  const part = data.subarray(start, end);
  response.writeHead(first === undefined ? 200 : 206, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': part.length,
    ...(first === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${data.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function treeOf(files: Record<string, HubFile | string>): object[] {
  const directories = new Set<string>();
  const entries: object[] = [];
  for (const [path, file] of Object.entries(files)) {
    const segments = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= segments.length; depth++) {
      const directory = segments.slice(0, depth).join('/');
      if (directories.has(directory)) continue;
      directories.add(directory);
      entries.push({ type: 'directory', oid: sha1(directory), size: 0, path: directory });
    }
    const { data, storage, sha256, blob } = contentOf(file);
    const size = data.length;
    entries.push(
      storage === 'git'
        ? { type: 'file', oid: blob, size, path }
        : {
            type: 'file',
            oid: sha1(`pointer ${sha256}`),
            size,
            lfs: { oid: sha256, size, pointerSize: 134 },
            ...(storage === 'xet' ? { xetHash: sha256 } : {}),
            path,
          },
    );
  }
  return entries;
}

function contentOf(file: HubFile | string) {
  const { data, storage = 'git' }: HubFile = typeof file === 'string' ? { data: file } : file;
  const bytes = Buffer.from(data);
  return {
    data: bytes,
    storage,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    blob: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  };
}

function commitOf(files: Record<string, HubFile | string>): string {
  return sha1(JSON.stringify(treeOf(files)));
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
