import type { HttpResponse } from '../http/connections.ts';
import { statusErrorFrom } from '../http/errors.ts';
import { requestFollowing } from '../http/follow.ts';
import { hostHeaders } from '../http/host-headers.ts';
import type { ProviderOptions } from '../provider.ts';
import type { GitSource } from './uri.ts';

/** Requests about one repository, with its credentials. */
export interface GitSession {
  source: GitSource;
  request(request: {
    method: 'GET' | 'POST';
    url: URL;
    headers?: Record<string, string>;
    /** Only for the origin of `url`, not for where that redirects to. */
    secretHeaders?: Record<string, string>;
    body?: string;
    /** What messages call the object. Default the repository. */
    shown?: string;
    signal: AbortSignal;
  }): Promise<HttpResponse & { url: URL }>;
  /** What a status that is no success means. */
  errorFrom(response: HttpResponse, shown?: string): Promise<Error>;
  /** A server's text for a message: short, printable, without the credentials that it was sent. */
  quoted(text: string): string;
}

const DENIED =
  'give GIT_USERNAME and GIT_PASSWORD (a token), or headers for this host in a variable named HOST-headers; some servers answer so ' +
  'when there is no such repository';

const MAX_QUOTED = 300;

/**
 * User and password are those of the URI, else `GIT_USERNAME` and `GIT_PASSWORD` (KServe's variables). They go to the URI's own origin
 * alone, also after a redirect.
 */
export function createGitSession(source: GitSource, { environment, connections }: ProviderOptions): GitSession {
  const password = source.password || environment['GIT_PASSWORD'] || '';
  // A token needs some user in front; servers do not look at it.
  const username = source.username || environment['GIT_USERNAME'] || (password ? 'git' : '');
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const authorization: Record<string, string> = username ? { authorization: `Basic ${basic}` } : {};

  return {
    source,
    async request({ method, url, headers = {}, secretHeaders = {}, body, shown = source.shown, signal }) {
      return requestFollowing(connections, {
        method,
        url,
        headersFor: (each) => ({
          'accept-encoding': 'identity',
          'user-agent': 'git/serval-storage',
          ...(each.origin === source.url.origin ? authorization : {}),
          ...hostHeaders(each, environment, source.url),
          ...headers,
          ...(each.origin === url.origin ? secretHeaders : {}),
        }),
        ...(body === undefined ? {} : { body }),
        source: shown,
        signal,
      });
    },
    errorFrom: (response, shown = source.shown) =>
      statusErrorFrom(response, shown, {
        denied: DENIED,
        notFound: 'check host and path of the repository',
        rejected: 'a repository answers 200',
      }),
    quoted(text) {
      let clean = text;
      for (const secret of [password, basic, encodeURIComponent(password), source.username]) {
        if (secret) clean = clean.replaceAll(secret, '…');
      }
      return clean
        .replaceAll(/[\p{Cc}\s]+/gu, ' ')
        .replaceAll(/\/\/[^/@\s]*@/g, '//')
        .trim()
        .slice(0, MAX_QUOTED);
    },
  };
}
