import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { StoredClientConfig } from '../registration/webhook-objects.ts';

/** Sends a review to where a `clientConfig` leads and answers what came back, as an API server would. */
export type CallWebhook = (config: StoredClientConfig, body: object, signal: AbortSignal) => Promise<unknown>;

/** Where a Service is to be found, when not by its DNS name. */
export type ResolveService = (service: { namespace: string; name: string; port: number }) => {
  host: string;
  port: number;
};

/** A probe was answered by something that is no webhook, or with an HTTP error. */
export class WebhookAnswerError extends Error {
  override readonly name = 'WebhookAnswerError';
  readonly status: number;
  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}

const maxAnswerBytes = 1024 * 1024;

/**
 * Calls as API servers do: over TLS, trusting `caBundle` alone, and a Service under the name `NAME.NAMESPACE.svc`. Each call makes a
 * connection of its own, as a certificate is only looked at when one is made.
 */
export function createCallOverTls(resolveService: ResolveService = byName): CallWebhook {
  return async (config, body, signal) => {
    const { host, port, path, servername } = addressOf(config, resolveService);
    const agent = new Agent({ keepAlive: false });
    const content = JSON.stringify(body);
    try {
      return await new Promise((resolve, reject) => {
        const message = request(
          {
            method: 'POST',
            host,
            port,
            path,
            // No server name may be sent for an address (RFC 6066).
            ...(/^[\d.]+$|:/.test(servername) ? {} : { servername }),
            agent,
            signal,
            ca: config.caBundle
              ? Buffer.from(config.caBundle, 'base64').toString()
              : [...getCACertificates('default'), ...getCACertificates('system')],
            headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) },
          },
          (response) => void read(response).then(resolve, reject),
        );
        message.once('error', reject);
        message.end(content);
      });
    } finally {
      agent.destroy();
    }
  };
}

function addressOf({ url, service }: StoredClientConfig, resolveService: ResolveService) {
  if (service) {
    const { namespace, name, port = 443, path = '/' } = service;
    return { ...resolveService({ namespace, name, port }), path, servername: `${name}.${namespace}.svc` };
  }
  const { hostname, port, pathname } = new URL(url ?? '');
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(port || 443), path: pathname, servername: host };
}

function byName({ namespace, name, port }: { namespace: string; name: string; port: number }) {
  return { host: `${name}.${namespace}.svc`, port };
}

async function read(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new WebhookAnswerError(response.statusCode ?? 0);
    chunks.push(chunk);
  }
  if (response.statusCode !== 200) throw new WebhookAnswerError(response.statusCode ?? 0);
  return JSON.parse(Buffer.concat(chunks).toString());
}
