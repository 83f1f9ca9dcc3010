import { createHash } from 'node:crypto';
import { createGunzip, createInflate } from 'node:zlib';
import { StorageError } from '../errors.ts';
import { readCaBundle } from '../http/ca-bundle.ts';
import type { HttpResponse } from '../http/connections.ts';
import { checkRange, contentLengthFrom, contentRangeFrom, sourceChanged, strongEtagFrom } from '../http/content.ts';
import { headerOf, isTransientStatus, readErrorText, retryAfterMsFrom } from '../http/errors.ts';
import { hostHeaders } from '../http/host-headers.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';
import { redactUri } from '../redact.ts';

/** As many as fetch and KServe's client allow in practice; a chain longer than this is a loop. */
const MAX_REDIRECTS = 10;

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
    response.body.on('error', () => {}).destroy();
    const range = contentRangeFrom(response.headers);
    const encoded = contentEncoding(response) !== undefined;
    const empty = response.status === 416;
    if (response.status !== 200 && response.status !== 206 && !empty) throw await statusError(response, source);
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
    if (response.status !== 200 && response.status !== 206) throw await statusError(response, file.source);
    try {
      checkRange(response, file.source, range, { etag, sizeBytes: file.sizeBytes });
      if (!etag && lastModified !== headerOf(response.headers, 'last-modified')) {
        throw sourceChanged(file.source, 'its Last-Modified is another');
      }
    } catch (error) {
      response.body.on('error', () => {}).destroy();
      throw error;
    }
    return { body: decoded(response, file) };
  },
};

/** Follows redirects; headers for a host go to that host only. */
async function request(
  uri: string,
  headers: Record<string, string>,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const source = redactUri(uri);
  const { environment, connections } = options;
  const ca = await readCaBundle(environment, ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE']);
  let url = parseUrl(uri);
  for (let hops = 0; ; hops++) {
    const response = await connections.request({
      method: 'GET',
      url,
      headers: {
        'accept-encoding': 'identity',
        ...basicAuthorization(url),
        ...hostHeaders(url, environment),
        ...headers,
      },
      ca: url.protocol === 'https:' ? ca : undefined,
      source,
      signal,
    });
    const location = headerOf(response.headers, 'location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
    response.body.on('error', () => {}).destroy();
    if (hops === MAX_REDIRECTS) {
      throw new StorageError('RedirectRefused', `${source} redirects more than ${MAX_REDIRECTS} times`, {
        details: { source },
      });
    }
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
    if (!next || !/^https?:$/.test(next.protocol)) {
      throw new StorageError('RedirectRefused', `${source} redirects to something that is not http or https`, {
        details: { source },
      });
    }
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      throw new StorageError('RedirectRefused', `${source} redirects from https to http at ${next.host}`, {
        hint: 'name the http address itself if that is meant',
        details: { source },
      });
    }
    url = next;
  }
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

function contentEncoding(response: HttpResponse): string | undefined {
  const value = headerOf(response.headers, 'content-encoding')?.trim().toLowerCase();
  return value === '' || value === 'identity' ? undefined : value;
}

/** Some servers compress although `identity` was asked for. A cut stream then fails in the decoder, as it should. */
function decoded(response: HttpResponse, file: RemoteFile): HttpResponse['body'] {
  const encoding = contentEncoding(response);
  if (encoding === undefined) return response.body;
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : undefined;
  if (!decoder) {
    response.body.on('error', () => {}).destroy();
    throw new StorageError('SourceRejected', `${file.source} comes with content encoding "${encoding}"`, {
      hint: 'identity, gzip and deflate are understood',
    });
  }
  response.body.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => response.body.destroy());
  return response.body.pipe(decoder);
}

async function statusError(response: HttpResponse, source: string): Promise<StorageError> {
  await readErrorText(response);
  const { status } = response;
  const details = { source, status };
  if (status === 404 || status === 410) {
    return new StorageError('ObjectNotFound', `${source} does not exist (${status})`, {
      hint: 'check host and path',
      details,
    });
  }
  if (status === 401 || status === 403 || status === 407) {
    return new StorageError('AccessDenied', `not allowed to read ${source} (${status})`, {
      hint: 'give headers for this host in a variable named HOST-headers; a signed URL may have expired',
      details,
    });
  }
  if (isTransientStatus(status)) {
    return new StorageError('SourceUnavailable', `${source} answered ${status}`, {
      transient: true,
      retryAfterMs: retryAfterMsFrom(response.headers, Date.now()),
      details,
    });
  }
  return new StorageError('SourceRejected', `${source} answered ${status}`, {
    hint: 'a file answers 200 or 206',
    details,
  });
}
