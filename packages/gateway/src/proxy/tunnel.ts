import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { hostnameOf } from '../routes/hosts.ts';
import { refuseSocket } from './answer.ts';
import type { DataPlane } from './data-plane.ts';
import { describeFailure } from './failure.ts';
import { portOf } from './internal.ts';
import type { Limits } from './limits.ts';
import type { Peer } from './peers.ts';
import { type Resolved, resolveHost } from './resolve.ts';
import { isRefusal } from './target.ts';

/** Answers `CONNECT host:port` of containers: joins the two connections, byte for byte. */
export function createTunnelListener(
  plane: DataPlane,
): (req: IncomingMessage, client: Duplex, head: Buffer) => Promise<void> {
  return async (req, client, head) => {
    client.on('error', () => client.destroy());
    const host = req.url ?? '';
    const hostname = hostnameOf(host);
    if (hostname === undefined || !/:\d+$/.test(host)) {
      refuseSocket(client, { code: 'BadRequest', message: 'CONNECT needs host:port' });
      return;
    }
    const resolved = resolveHost(plane, hostname, portOf(host, 443));
    if (isRefusal(resolved)) {
      refuseSocket(client, resolved);
      return;
    }
    const joined = await dial(resolved, plane.limits, client);
    if (joined === undefined) return;
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    join(client, joined.socket, head, plane.limits.tunnelIdleMs, joined.peer);
  };
}

export interface Dialled {
  socket: Socket;
  peer: Peer;
}

/** Connects to the first endpoint that takes the connection; answers the client and returns undefined when none does. */
export async function dial(
  { choose, target }: Pick<Resolved, 'choose' | 'target'>,
  limits: Limits,
  client: Duplex,
): Promise<Dialled | undefined> {
  const tried = new Set<string>();
  let failure: string | undefined;
  while (tried.size < limits.attempts && !client.destroyed) {
    const peer = choose(tried);
    if (peer === undefined) break;
    tried.add(peer.address);
    try {
      return { socket: await open(peer.address, limits.connectMs), peer };
    } catch (error) {
      failure = `endpoint ${peer.address} of ${target} ${describeFailure(error as Error)}`;
    }
  }
  refuseSocket(
    client,
    failure === undefined
      ? { code: 'NoEndpoints', message: `${target} has no ready endpoint` }
      : { code: 'EndpointUnreachable', message: failure },
  );
  return undefined;
}

function open(address: string, connectMs: number): Promise<Socket> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(address.slice(colon + 1)), allowHalfOpen: true, timeout: connectMs });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const slow = () => fail(Object.assign(new Error('connect timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
    socket.once('timeout', slow);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('timeout', slow);
      socket.off('error', fail);
      socket.setTimeout(0);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Pipes both ways with back-pressure; either side's end is passed on, either side's failure ends both. */
export function join(client: Duplex, upstream: Socket, head: Buffer, idleMs: number, peer: Peer): void {
  peer.pending += 1;
  upstream.once('close', () => {
    peer.pending -= 1;
    client.destroy();
  });
  upstream.on('error', () => upstream.destroy());
  upstream.setTimeout(idleMs, () => upstream.destroy());
  client.once('close', () => upstream.destroy());
  if (client.destroyed) upstream.destroy();
  if (head.length > 0) upstream.write(head);
  client.pipe(upstream);
  upstream.pipe(client);
}
