import { StorageError } from '../errors.ts';
import { readJsonBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { headerOf } from '../http/errors.ts';
import { requestFollowing } from '../http/follow.ts';
import type { Digest, ProviderOptions } from '../provider.ts';
import { type Asked, hubErrorFrom } from './errors.ts';
import type { HuggingFaceSettings } from './settings.ts';

export interface TreeFile {
  path: string;
  sizeBytes: number;
  /** Of the content. `undefined` for a file whose listing names neither. */
  digest: Digest | undefined;
  xetHash: string | undefined;
}

/** The Hub has 1,000 entries on a page; a path has up to some hundred bytes, a model's information lists all files. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** More pages than any repository that is not refused for its number of files has. */
const MAX_PAGES = 1000;

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * The commit that a branch, tag or pull request (`refs/pr/1`) stands for now. A commit is taken as it stands.
 * @throws StorageError ObjectNotFound, AccessDenied, SourceRejected, SourceUnavailable
 */
export async function resolveCommit(
  asked: Asked,
  settings: HuggingFaceSettings,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<string> {
  if (COMMIT.test(asked.revision)) return asked.revision;
  const url = hubUrl(settings, `/api/models/${asked.repository}/revision/${encodeURIComponent(asked.revision)}`);
  const response = await hubRequest(url, {}, asked, settings, options, signal);
  if (response.status !== 200) throw await hubErrorFrom(response, asked, settings);
  const sha = ((await readJsonBody(response, asked.source, MAX_ANSWER_BYTES)) as { sha?: unknown } | null)?.sha;
  if (typeof sha === 'string' && COMMIT.test(sha)) return sha;
  throw strange(url, asked);
}

/** Every file of a commit. The `Link` header leads to further pages (Hub API, `/api/models/{repo}/tree/{rev}`). */
export async function* filesOfCommit(
  commit: string,
  asked: Asked,
  settings: HuggingFaceSettings,
  options: ProviderOptions,
  signal: AbortSignal,
): AsyncGenerator<TreeFile> {
  // Without `expand`, which adds last commits and scan results and makes pages twenty times smaller.
  const url = hubUrl(settings, `/api/models/${asked.repository}/tree/${commit}`);
  url.searchParams.set('recursive', 'true');
  for (let page = 1; ; page++) {
    const response = await hubRequest(url, {}, asked, settings, options, signal);
    if (response.status !== 200) throw await hubErrorFrom(response, asked, settings);
    const entries = await readJsonBody(response, asked.source, MAX_ANSWER_BYTES);
    if (!Array.isArray(entries)) throw strange(url, asked);
    for (const entry of entries) {
      const file = treeFileFrom(entry);
      if (file === 'malformed') throw strange(url, asked);
      if (file !== 'directory') yield file;
    }
    const cursor = nextCursorFrom(response.headers, url);
    if (cursor === undefined) return;
    if (cursor === url.searchParams.get('cursor') || page === MAX_PAGES) {
      throw new StorageError('SourceRejected', `the listing of ${asked.source} does not come to an end`, {
        details: { source: asked.source, pages: page },
      });
    }
    url.searchParams.set('cursor', cursor);
  }
}

/** The token goes to the endpoint only, never to the servers that it redirects to. */
export async function hubRequest(
  url: URL,
  headers: Record<string, string>,
  { source }: Asked,
  { endpoint, token }: HuggingFaceSettings,
  { connections }: ProviderOptions,
  signal: AbortSignal,
  onRedirect?: (response: HttpResponse) => void,
): Promise<HttpResponse & { url: URL }> {
  return requestFollowing(connections, {
    method: 'GET',
    url,
    headersFor: ({ origin }) => ({
      'accept-encoding': 'identity',
      'user-agent': 'serval-storage',
      ...headers,
      ...(token && origin === endpoint.origin ? { authorization: `Bearer ${token}` } : {}),
    }),
    source,
    signal,
    ...(onRedirect ? { onRedirect } : {}),
  });
}

export function hubUrl({ endpoint }: HuggingFaceSettings, path: string): URL {
  return new URL(`${endpoint.href.replace(/\/$/, '')}${path}`);
}

/** Only the cursor is taken: behind a mirror the link leads to the Hub itself, which is not to see our requests. */
function nextCursorFrom(headers: HttpResponse['headers'], url: URL): string | undefined {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(headerOf(headers, 'link') ?? '')?.[1];
  if (link === undefined || !URL.canParse(link, url.href)) return undefined;
  return new URL(link, url.href).searchParams.get('cursor') ?? undefined;
}

function treeFileFrom(value: unknown): TreeFile | 'directory' | 'malformed' {
  const entry = value as { type?: unknown; path?: unknown; size?: unknown; oid?: unknown; xetHash?: unknown } | null;
  if (typeof entry !== 'object' || entry === null || typeof entry.path !== 'string') return 'malformed';
  if (entry.type === 'directory') return 'directory';
  if (entry.type !== 'file') return 'malformed';
  const { lfs } = value as { lfs?: { oid?: unknown; size?: unknown } | null };
  const xetHash = typeof entry.xetHash === 'string' ? entry.xetHash : undefined;
  const sizeBytes = lfs ? lfs.size : entry.size;
  if (!Number.isSafeInteger(sizeBytes) || (sizeBytes as number) < 0) return 'malformed';
  const file = { path: entry.path, sizeBytes: sizeBytes as number, xetHash };
  if (lfs) {
    const hex = String(lfs.oid).replace(/^sha256:/, '');
    return /^[0-9a-f]{64}$/.test(hex) ? { ...file, digest: { algorithm: 'sha256', hex } } : 'malformed';
  }
  // Of a large file that is not in LFS the id would be that of a pointer.
  if (xetHash !== undefined) return { ...file, digest: undefined };
  if (typeof entry.oid !== 'string' || !COMMIT.test(entry.oid)) return 'malformed';
  return { ...file, digest: { algorithm: 'git-blob', hex: entry.oid } };
}

function strange(url: URL, { source }: Asked): StorageError {
  return new StorageError('SourceRejected', `${url.host} did not answer as the Hub does for ${source}`, {
    hint: 'check that HF_ENDPOINT leads to a Hugging Face Hub',
    details: { source, host: url.host },
  });
}
