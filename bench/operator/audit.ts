import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KeyPair } from '@serval/kube/certificates';
import type { ApiRequest, Transport } from '@serval/kube/client';
import { describeRequest } from '@serval/operator';

/** Requests by `VERB resource` (`patch deployments`, `update inferenceservices/status`), as an API server's audit log names them. */
export type Counts = Readonly<Record<string, number>>;

/** An address of the API server of which every request is counted. */
export interface Audit {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Everything since the start. */
  counts(): Counts;
  /** Requests that were refused or failed, by `VERB resource STATUS`. */
  failures(): Counts;
  close(): Promise<void>;
}

/** Passes requests on to `transport` with the caller's own token and counts them once they are answered. */
export async function startAudit(transport: Transport, certificate: KeyPair): Promise<Audit> {
  const counted = new Map<string, number>();
  const failed = new Map<string, number>();
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (incoming, outgoing) => {
    passOn(transport, incoming, outgoing, (status) => {
      const { verb, resource } = describeRequest(incoming.method ?? '', incoming.url ?? '');
      const what = `${verb} ${resource}`;
      add(counted, what);
      if (status >= 400) add(failed, `${what} ${status}`);
    }).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => Object.fromEntries(counted),
    failures: () => Object.fromEntries(failed),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passOn(
  transport: Transport,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answered: (status: number) => void,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const name of ['authorization', 'accept', 'content-type', 'user-agent']) {
    const value = incoming.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const response = await transport({
    method: incoming.method as ApiRequest['method'],
    path: incoming.url ?? '',
    headers,
    signal: gone.signal,
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
  answered(response.status);
  const type = response.headers['content-type'];
  outgoing.writeHead(response.status, type ? { 'content-type': type } : {});
  outgoing.flushHeaders();
  for await (const chunk of response.body) {
    if (!outgoing.write(chunk)) await once(outgoing, 'drain', { signal: gone.signal });
  }
  outgoing.end();
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What was counted after `before`. */
export function since(before: Counts, now: Counts): Counts {
  const entries = Object.entries(now).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value > 0));
}

export function writesOf(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([key]) => !/^(?:get|list|watch) /.test(key)));
}

export function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
