import { StorageError } from '../errors.ts';
import { discardBody } from './body.ts';
import type { Connections, HttpRequest, HttpResponse } from './connections.ts';
import { headerOf } from './errors.ts';

/** As many as fetch and KServe's client allow in practice; a chain longer than this is a loop. */
const MAX_REDIRECTS = 10;

/**
 * A request that follows redirects. `headersFor` is asked anew for every address, so that credentials go to the host that they
 * are for and to no other; `ca` is used for https only.
 * @throws StorageError RedirectRefused for a loop, another scheme, or from https to http
 */
export async function requestFollowing(
  connections: Connections,
  {
    headersFor,
    clientCertificateFor,
    onRedirect,
    ...request
  }: Omit<HttpRequest, 'headers'> & {
    headersFor: (url: URL) => Record<string, string>;
    /** In place of `clientCertificate`, by address. */
    clientCertificateFor?: (url: URL) => HttpRequest['clientCertificate'] | undefined;
    /** Sees an answer that redirects before it is followed; what it throws ends the request. */
    onRedirect?: (response: HttpResponse) => void;
  },
): Promise<HttpResponse & { url: URL }> {
  const { source, ca } = request;
  let url = request.url;
  for (let hops = 0; ; hops++) {
    const clientCertificate = clientCertificateFor ? clientCertificateFor(url) : request.clientCertificate;
    const response = await connections.request({
      ...request,
      url,
      headers: headersFor(url),
      ca: url.protocol === 'https:' ? ca : undefined,
      ...(clientCertificate ? { clientCertificate } : {}),
    });
    const location = headerOf(response.headers, 'location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return { ...response, url };
    discardBody(response);
    onRedirect?.(response);
    url = nextUrl(url, location, hops, source);
  }
}

function nextUrl(url: URL, location: string, hops: number, source: string): URL {
  const details = { source };
  if (hops === MAX_REDIRECTS) {
    throw new StorageError('RedirectRefused', `${source} redirects more than ${MAX_REDIRECTS} times`, { details });
  }
  const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  if (!next || !/^https?:$/.test(next.protocol)) {
    throw new StorageError('RedirectRefused', `${source} redirects to something that is not http or https`, {
      details,
    });
  }
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw new StorageError('RedirectRefused', `${source} redirects from https to http at ${next.host}`, {
      hint: 'name the http address itself if that is meant',
      details,
    });
  }
  return next;
}
