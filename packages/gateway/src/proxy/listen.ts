import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Limits } from './limits.ts';

export interface Listening {
  server: Server;
  /** `127.0.0.1:8080`. */
  address: string;
  port: number;
  /** Takes no new connections, lets requests in flight finish within `drainMs`, then closes whatever is left. */
  close(drainMs: number): Promise<void>;
}

/** A port that cannot be had. The message names it. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

/** @throws PortError when the port is taken or may not be bound. */
export async function listen(
  listener: RequestListener,
  { address, port, limits }: { address: string; port: number; limits: Limits },
): Promise<Listening> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.clientIdleMs,
      connectionsCheckingInterval: Math.min(5000, limits.headMs),
      // Other protocols, above all `h2c` which some clients always offer, are answered as plain HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    listener,
  );
  server.on('checkContinue', listener);
  server.maxConnections = limits.clientConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(portError(cause, address, port)));
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  // Upgraded connections and tunnels are not the server's any more, and would keep it from ending.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const close = (drainMs: number) => drain(server, sockets, drainMs);
  return { server, close, address: `${host}:${bound.port}`, port: bound.port };
}

function portError(cause: NodeJS.ErrnoException, address: string, port: number): PortError {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'is in use by another process'
      : cause.code === 'EACCES'
        ? 'may not be bound by this user'
        : cause.code === 'EADDRNOTAVAIL'
          ? 'is on an address that this machine does not have'
          : `cannot be bound: ${cause.message}`;
  return new PortError(`port ${port} on ${address} ${why}`, { cause });
}

/** Looked at this often for connections that have become idle. */
const idleCheckMs = 50;

async function drain(server: Server, sockets: ReadonlySet<Socket>, drainMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    const end = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, drainMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(end);
      resolve();
    });
  });
}
