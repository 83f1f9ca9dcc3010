import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { AnyObject, WatchEvent } from '../../objects/meta.ts';
import { createSocketTransport } from '../socket-transport.ts';
import type { Transport } from '../transport.ts';

export interface FakeApiServer {
  transport: Transport;
  /** `list` and `watch from VERSION`, in the order they came. */
  requests: string[];
  answerList(resourceVersion: string, items: AnyObject[]): void;
  /** `cut` breaks the connection after the events, `end` ends the watch as a server does, `hang` leaves it open. */
  answerWatch(events: WatchEvent[], then: 'cut' | 'end' | 'hang'): void;
}

/** A server on a free port that answers lists and watches in the order they were prepared; beyond that, 503. */
export async function startFakeApiServer(t: TestContext): Promise<FakeApiServer> {
  const lists: object[] = [];
  const watches: { events: WatchEvent[]; then: 'cut' | 'end' | 'hang' }[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    if (query.get('watch') === 'true') {
      requests.push(`watch from ${query.get('resourceVersion')}`);
      const watch = watches.shift();
      if (!watch) return unavailable(response);
      for (const event of watch.events) response.write(`${JSON.stringify(event)}\n`);
      if (watch.then === 'end') response.end();
      if (watch.then === 'cut') setImmediate(() => response.destroy());
    } else {
      requests.push('list');
      const list = lists.shift();
      if (!list) return unavailable(response);
      response.end(JSON.stringify(list));
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const transport = createSocketTransport({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  t.after(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    transport,
    requests,
    answerList: (resourceVersion, items) => lists.push({ kind: 'PodList', metadata: { resourceVersion }, items }),
    answerWatch: (events, then) => watches.push({ events, then }),
  };
}

function unavailable(response: ServerResponse): void {
  response.writeHead(503).end();
}
