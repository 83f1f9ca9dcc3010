import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { requestErrorFrom } from './errors.ts';

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  /** PEM certificates trusted besides the default and the system's roots. */
  ca?: string | undefined;
  /** PEM certificate and private key that the client shows, where the server asks for one. */
  clientCertificate?: { cert: string; key: string };
  /** Of a POST or PUT, such as a token request. */
  body?: string | Buffer;
  /** False accepts any certificate (`S3_VERIFY_SSL=0`). Default true. */
  verifyTls?: boolean;
  /** True goes past any proxy, as requests to an address of the machine's own link must. Default false. */
  direct?: boolean;
  /** What messages call the object; the URL may be signed. */
  source: string;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
}

/** HTTP connections of one download, kept open between its requests. */
export interface Connections {
  /** Answers with any status. @throws StorageError SourceUnavailable, TlsUntrusted or Aborted when there is no answer */
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** Connections per origin: what runs in parallel, and one for listing. */
  perOrigin: number;
  /** Longest wait for the head of an answer and between two pieces of its body. */
  stallTimeoutMs: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Nothing is loaded or opened before the first request. Proxies follow `http_proxy`, `https_proxy` and `no_proxy`. */
export function createConnections(options: ConnectionOptions): Connections {
  const dispatchers = new Map<string, Promise<Dispatcher>>();

  return {
    async request({ url, source, signal, method, headers, body: sent, ...tls }) {
      const { verifyTls = true, direct = false, ca, clientCertificate } = tls;
      const key = `${verifyTls}|${direct}|${ca ?? ''}|${clientCertificate?.cert ?? ''}|${clientCertificate?.key ?? ''}`;
      let dispatcher = dispatchers.get(key);
      if (!dispatcher) {
        dispatcher = createDispatcher(options, { verifyTls, direct, ca, clientCertificate });
        dispatchers.set(key, dispatcher);
      }
      try {
        const {
          statusCode,
          headers: answered,
          body,
        } = await (await dispatcher).request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers,
          ...(sent === undefined ? {} : { body: sent }),
          signal,
        });
        return { status: statusCode, headers: answered, body };
      } catch (error) {
        throw requestErrorFrom(error, source, url, signal);
      }
    },

    async close() {
      await Promise.all([...dispatchers.values()].map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
}

async function createDispatcher(
  options: ConnectionOptions,
  { verifyTls, direct, ca, clientCertificate }: Pick<HttpRequest, 'verifyTls' | 'direct' | 'ca' | 'clientCertificate'>,
): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await loadUndici();
  const tls: { rejectUnauthorized?: boolean; ca?: string[]; cert?: string; key?: string } = { ...clientCertificate };
  if (!verifyTls) tls.rejectUnauthorized = false;
  if (ca !== undefined) {
    const { getCACertificates } = await import('node:tls');
    // `ca` replaces the roots, so everything that is trusted anyway goes with it.
    tls.ca = [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ca])];
  }
  const { environment } = options;
  return new EnvHttpProxyAgent({
    connections: options.perOrigin,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...tls },
    requestTls: tls,
    headersTimeout: options.stallTimeoutMs,
    bodyTimeout: options.stallTimeoutMs,
    // Empty strings, because undefined would make it read the environment of the process.
    httpProxy: environment['http_proxy'] || environment['HTTP_PROXY'] || '',
    httpsProxy: environment['https_proxy'] || environment['HTTPS_PROXY'] || '',
    noProxy: direct ? '*' : environment['no_proxy'] || environment['NO_PROXY'] || '',
  });
}

/**
 * The part of undici that is used. Its entry also loads fetch, caches, WebSockets and mocks, which takes three to four
 * times as long, and this is on the way to the first byte; the version is pinned exactly.
 */
async function loadUndici(): Promise<Pick<typeof import('undici'), 'EnvHttpProxyAgent'>> {
  const [{ default: EnvHttpProxyAgent }, { default: DispatcherClass }, { default: api }] = await Promise.all([
    // @ts-expect-error undici declares types for its entry only
    import('undici/lib/dispatcher/env-http-proxy-agent.js'),
    // @ts-expect-error as above
    import('undici/lib/dispatcher/dispatcher.js'),
    // @ts-expect-error as above
    import('undici/lib/api/index.js'),
  ]);
  Object.assign(DispatcherClass.prototype, api); // as its entry does
  return { EnvHttpProxyAgent };
}
