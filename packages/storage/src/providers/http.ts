import { createHash } from 'node:crypto';
import { archiveFormatOf } from '../archive/format.ts';
import { StorageError } from '../errors.ts';
import { discardBody } from '../http/body.ts';
import type { HttpResponse } from '../http/connections.ts';
import { checkRange, contentLengthFrom, contentRangeFrom, sourceChanged, strongEtagFrom } from '../http/content.ts';
import { contentEncodingFrom, decodedBody } from '../http/content-encoding.ts';
import { entryIdentity, isEntryServer } from '../http/entry-server.ts';
import { headerOf, statusErrorFrom } from '../http/errors.ts';
import { requestFollowing } from '../http/follow.ts';
import { hostHeaders } from '../http/host-headers.ts';
import type { Provider, ProviderOptions } from '../provider.ts';
import { redactUri } from '../redact.ts';

const DENIED = 'give headers for this host in a variable named HOST-headers; a signed URL may have expired';

interface Handle {
  uri: string;
  etag: string | undefined;
  lastModified: string | undefined;
}

/** One file over `http://` or `https://`; its name is the last segment of the path. */
export const httpProvider: Provider = {
  async *list(uri, options, signal) {
    const url = parseUrl(uri);
    const source = redactUri(uri);
    const name = fileName(url, source);
    // One byte by GET rather than HEAD: signed URLs are often good for GET alone, and the answer shows if ranges work.
    const response = await request(uri, { range: 'bytes=0-0' }, options, signal);
    discardBody(response);
    const range = contentRangeFrom(response.headers);
    const encoded = contentEncodingFrom(response.headers) !== undefined;
    const empty = response.status === 416;
    if (response.status !== 200 && response.status !== 206 && !empty)
      throw await statusErrorFrom(response, source, { denied: DENIED });
    const etag = strongEtagFrom(response.headers);
    const lastModified = headerOf(response.headers, 'last-modified');
    const sizeBytes = empty
      ? 0
      : encoded
        ? undefined
        : response.status === 206
          ? range?.totalBytes
          : contentLengthFrom(response.headers);
    yield {
      name,
      source,
      sizeBytes,
      version: versionFrom(headerOf(response.headers, 'etag') ?? lastModified, url),
      rangeable: response.status === 206 && etag !== undefined && !encoded && sizeBytes !== undefined,
      named: true,
      // With the query, which may choose the content; a weak validator proves too little for others to rely on.
      ...(etag ? { origin: url.href } : {}),
      // As KServe: `…/download?file=model.tar.gz` is an archive, too.
      archiveFormat: url.search === '' ? undefined : archiveFormatOf(url.search),
      handle: { uri, etag, lastModified } satisfies Handle,
    };
  },

  async read(file, range, options, signal) {
    const { uri, etag, lastModified } = file.handle as Handle;
    const headers: Record<string, string> = {};
    const whole = range.start === 0 && (range.end === undefined || range.end === file.sizeBytes);
    if (!whole) {
      headers['range'] = `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}`;
      if (etag) headers['if-range'] = etag;
    }
    const response = await request(uri, headers, options, signal);
    if (response.status !== 200 && response.status !== 206)
      throw await statusErrorFrom(response, file.source, { denied: DENIED });
    try {
      checkRange(response, file.source, range, { etag, sizeBytes: file.sizeBytes });
      if (!etag && lastModified !== headerOf(response.headers, 'last-modified')) {
        throw sourceChanged(file.source, 'its Last-Modified is another');
      }
    } catch (error) {
      discardBody(response);
      throw error;
    }
    return { body: decodedBody(response, file.source) };
  },
};

/** Follows redirects; headers for a host go to that host only. */
async function request(
  uri: string,
  headers: Record<string, string>,
  { environment, connections }: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const start = parseUrl(uri);
  const identity = await entryIdentity(environment);
  return requestFollowing(connections, {
    method: 'GET',
    url: start,
    headersFor: (url) => ({
      'accept-encoding': 'identity',
      ...basicAuthorization(url),
      ...hostHeaders(url, environment, start),
      ...headers,
    }),
    clientCertificateFor: (url) => (identity && isEntryServer(url, start, environment) ? identity : undefined),
    source: redactUri(uri),
    signal,
  });
}

/** A query may choose between contents, and a time or a weak ETag alone would not tell them apart. */
function versionFrom(validator: string | undefined, url: URL): string | undefined {
  if (validator === undefined || validator.startsWith('"') || url.search === '') return validator;
  return `${validator} ${createHash('sha256').update(url.search).digest('hex')}`;
}

function parseUrl(uri: string): URL {
  if (URL.canParse(uri)) return new URL(uri);
  throw new StorageError('InvalidUri', `"${redactUri(uri)}" is not a URL`, { hint: 'write https://HOST/PATH/FILE' });
}

function fileName(url: URL, source: string): string {
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  let name = segment;
  try {
    name = decodeURIComponent(segment);
  } catch {
    // Not an escape after all; the name is taken as it stands.
  }
  if (name !== '') return name;
  throw new StorageError('InvalidUri', `${source} ends with "/" and names no file`, {
    hint: 'http sources are single files; name one, or use s3:// for a folder',
  });
}

function basicAuthorization(url: URL): Record<string, string> {
  if (!url.username && !url.password) return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
