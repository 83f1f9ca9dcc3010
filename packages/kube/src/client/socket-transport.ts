import { ConnectionError, connectionErrorFrom } from './connection-error.ts';
import { createPool } from './connection-pool.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

export interface TransportOptions {
  /** `https://127.0.0.1:6550`; a path in it is put before every request's path. */
  server: string;
  /** PEM. The only authority that is trusted, as kubectl does. Default: those that Node trusts. */
  caData?: string;
  /** Bearer token, or where to get a current one; called for each request. */
  token?: string | (() => Promise<string>);
  /** PEM. */
  clientCert?: string;
  /** PEM. */
  clientKey?: string;
  /** Host name to check the certificate against, when it is not the server's. */
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  /** Sockets for requests that end. Watches and followed logs have their own, at most 512. Default 32. */
  maxConnections?: number;
}

export interface SocketTransport extends Transport {
  /** Ends open streams and closes all sockets. */
  close(): Promise<void>;
}

/** Longer than any webhook may take (30 s) or a list of a big cluster needs. */
const answerTimeoutMs = 60_000;
const maxStreams = 512;

/**
 * Requests over HTTP/1.1 with kept-alive connections. A stream holds a socket for as long as it runs, so streams do not share
 * sockets with other requests, which would otherwise wait for them.
 *
 * @throws ConnectionError when `server` is not an http or https URL.
 */
export function createSocketTransport(options: TransportOptions): SocketTransport {
  const server = parseServer(options.server);
  const where = `API server ${server.origin}`;
  const prefix = server.pathname.replace(/\/$/, '');
  const connect = {
    timeout: 10_000,
    ca: options.caData,
    cert: options.clientCert,
    key: options.clientKey,
    rejectUnauthorized: !options.insecureSkipTlsVerify,
    ...(options.tlsServerName ? { servername: options.tlsServerName } : {}),
  };
  // By HTTP/2, which undici takes where a server offers it, watches would share a connection that it ends when they are quiet.
  const common = { connect, allowH2: false };
  const requests = createPool(server.origin, {
    ...common,
    connections: options.maxConnections ?? 32,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
  });
  // A watch is quiet for as long as nothing changes.
  const streams = createPool(server.origin, {
    ...common,
    connections: maxStreams,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: 0,
  });

  async function handle(request: ApiRequest): Promise<ApiResponse> {
    const { signal } = request;
    try {
      const headers = { ...request.headers };
      if (options.token !== undefined && headers['authorization'] === undefined) {
        headers['authorization'] =
          `Bearer ${typeof options.token === 'string' ? options.token : await options.token()}`;
      }
      const response = await (isStream(request.path) ? streams : requests).request({
        method: request.method,
        path: prefix + request.path,
        headers,
        body: request.body ?? null,
        signal: signal ?? null,
      });
      return {
        status: response.statusCode,
        headers: flatHeaders(response.headers),
        body: explainErrors(response.body, where, signal),
      };
    } catch (error) {
      throw connectionErrorFrom(error, where, signal);
    }
  }

  return Object.assign(handle, {
    async close() {
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  });
}

function parseServer(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConnectionError('Failed', 'the API server must be an http or https URL such as https://127.0.0.1:6550');
  }
  return url;
}

function isStream(path: string): boolean {
  return /[?&](?:watch|follow)=(?!false\b|0\b)/.test(path);
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function* explainErrors(
  body: AsyncIterable<Uint8Array>,
  where: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw connectionErrorFrom(error, where, signal);
  }
}
