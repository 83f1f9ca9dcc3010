import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { JsonObject } from '@serval/kube/objects';
import type { CallService } from '../options.ts';

/** `clientConfig` of webhook configurations and conversion stanzas. */
export interface WebhookClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** Base64 of PEM. */
  caBundle?: string;
}

/** Sends a review and answers what came back. Throws an `Error` that says what failed, without credentials. */
export type CallWebhook = (config: WebhookClientConfig, body: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

// A review holds up to two objects of 3 MiB, a patch about as much.
const maxAnswerBytes = 8 * 1024 * 1024;
// To one webhook; further reviews wait for a free one.
const maxConnections = 32;

/** Connections are kept for further reviews, apart for each address and `caBundle`: making one costs more than most reviews. */
export function createCallWebhook(callService: CallService | undefined): CallWebhook {
  const agent = new Agent({ keepAlive: true, maxSockets: maxConnections, scheduling: 'lifo' });
  return async (config, body, signal) => {
    const { service, url } = config;
    if (service) {
      if (!callService) throw new Error(`service ${service.namespace}/${service.name} cannot be reached from here`);
      const { namespace, name, path = '/', port = 443 } = service;
      const trust = config.caBundle ? { caBundle: config.caBundle } : {};
      return abortable(callService({ namespace, name, path, port, ...trust }, body, signal), signal);
    }
    if (!url) throw new Error('clientConfig has neither service nor url');
    return post(agent, new URL(url), config.caBundle, body, signal);
  };
}

/** Ends waiting when the signal aborts, whether or not the callee heeds it. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function post(
  agent: Agent,
  url: URL,
  caBundle: string | undefined,
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (url.protocol !== 'https:')
    return Promise.reject(new Error(`webhook URLs must be https, got ${url.protocol}//${url.host}`));
  const content = Buffer.from(JSON.stringify(body));
  const authorities = caBundle
    ? [Buffer.from(caBundle, 'base64').toString()]
    : [...getCACertificates('default'), ...getCACertificates('system')];
  return send(false);

  function send(isSecondTry: boolean): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const message = request(
        url,
        {
          method: 'POST',
          ca: authorities,
          agent,
          signal,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'content-length': content.byteLength,
          },
        },
        (response) => {
          readAnswer(response).then(resolve, (error) => {
            message.destroy();
            reject(error);
          });
        },
      );
      message.once('error', (error: NodeJS.ErrnoException) => {
        // The webhook ended a connection that was kept while the review was on its way.
        if (message.reusedSocket && error.code === 'ECONNRESET' && !isSecondTry) send(true).then(resolve, reject);
        else reject(error);
      });
      message.end(content);
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new Error(`the answer is larger than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`);
  return JSON.parse(Buffer.concat(chunks).toString()) as JsonObject;
}
