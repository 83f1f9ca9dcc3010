import type { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { ClientIdentity } from './client-identity.ts';
import type { DataConnections } from './data-connections.ts';
import { requestErrorFrom } from './errors.ts';
import { createSecureContexts } from './secure-contexts.ts';
import { readTrust, type Trust } from './trust.ts';

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  /** PEM certificates trusted besides the roots and what the environment names (`readTrust`). */
  ca?: string | undefined;
  /** PEM certificate and private key that the client shows, where the server asks for one. */
  clientCertificate?: ClientIdentity | undefined;
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
  /**
   * The same for model data: the body of a GET comes from few large buffers (`piecesOf`) where the answer allows it. Also for what
   * comes before the first byte, as it does without the full parser, which takes a while to load.
   */
  forData(): Connections;
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
  const proxies = proxiesFrom(options.environment);
  const contexts = createSecureContexts();
  let trust: Promise<Trust | undefined> | undefined;
  let dataConnections: Promise<DataConnections> | undefined;

  /** Nothing is read for plain http, or where any certificate will do. */
  async function trustFor({
    url,
    verifyTls = true,
  }: Pick<HttpRequest, 'url' | 'verifyTls'>): Promise<Trust | undefined> {
    if (url.protocol !== 'https:' || !verifyTls) return undefined;
    trust ??= readTrust(options.environment);
    return trust;
  }

  async function requestData(request: HttpRequest): Promise<HttpResponse | undefined> {
    const { method, url, ca, body, direct, clientCertificate, source, signal } = request;
    const proxied = !direct && (url.protocol === 'https:' ? proxies.httpsProxy : proxies.httpProxy);
    if (method !== 'GET' || body !== undefined || proxied || clientCertificate) return undefined;
    dataConnections ??= import('./data-connections.ts').then((it) => it.createDataConnections(options.stallTimeoutMs));
    const trusted = await trustFor(request);
    try {
      const context = url.protocol === 'https:' ? await contexts.get(trusted, ca, undefined) : undefined;
      return await (await dataConnections).get(request, context);
    } catch (error) {
      throw requestErrorFrom(error, source, url, signal, trusted);
    }
  }

  const connections: Connections = {
    async request({ url, source, signal, method, headers, body: sent, ...tls }) {
      const { verifyTls = true, direct = false, ca, clientCertificate } = tls;
      const trusted = await trustFor({ url, verifyTls });
      // An agent speaks http and https; what it is trusted with is not needed for the first.
      const key = JSON.stringify([url.protocol, verifyTls, direct, ca, clientCertificate]);
      let dispatcher = dispatchers.get(key);
      if (!dispatcher) {
        const secure = url.protocol === 'https:';
        const context = secure ? contexts.get(trusted, ca, clientCertificate) : Promise.resolve(undefined);
        dispatcher = createDispatcher(options, { verifyTls, direct }, context);
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
        throw requestErrorFrom(error, source, url, signal, trusted);
      }
    },

    forData() {
      return {
        ...connections,
        request: async (request) => (await requestData(request)) ?? connections.request(request),
      };
    },

    async close() {
      (await dataConnections)?.close();
      await Promise.all([...dispatchers.values()].map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
  return connections;
}

interface Proxies {
  httpProxy: string;
  httpsProxy: string;
  noProxy: string;
}

function proxiesFrom(environment: ConnectionOptions['environment']): Proxies {
  return {
    httpProxy: environment['http_proxy'] || environment['HTTP_PROXY'] || '',
    httpsProxy: environment['https_proxy'] || environment['HTTPS_PROXY'] || '',
    noProxy: environment['no_proxy'] || environment['NO_PROXY'] || '',
  };
}

async function createDispatcher(
  options: ConnectionOptions,
  { verifyTls, direct }: { verifyTls: boolean; direct: boolean },
  context: Promise<SecureContext | undefined>,
): Promise<Dispatcher> {
  const [{ EnvHttpProxyAgent }, secureContext] = await Promise.all([loadUndici(), context]);
  const tls: { rejectUnauthorized?: boolean; secureContext?: SecureContext } = {};
  if (!verifyTls) tls.rejectUnauthorized = false;
  if (secureContext) tls.secureContext = secureContext;
  return new EnvHttpProxyAgent({
    connections: options.perOrigin,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...tls },
    requestTls: tls,
    headersTimeout: options.stallTimeoutMs,
    bodyTimeout: options.stallTimeoutMs,
    // Empty strings where there are none, because undefined would make it read the environment of the process.
    ...proxiesFrom(options.environment),
    ...(direct ? { noProxy: '*' } : {}),
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
