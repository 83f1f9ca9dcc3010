import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseSocket } from './answer.ts';
import type { DataPlane } from './data-plane.ts';
import { routeRequest } from './route-request.ts';
import { dial, join } from './tunnel.ts';

/**
 * Passes a WebSocket handshake on to an endpoint and joins the two connections. What the endpoint answers, 101 or a
 * refusal, reaches the client as it is.
 */
export function createUpgradeListener(
  plane: DataPlane,
): (req: IncomingMessage, client: Duplex, head: Buffer) => Promise<void> {
  return async (req, client, head) => {
    client.on('error', () => client.destroy());
    const decision = routeRequest(plane, req);
    if (decision.kind === 'refuse') {
      refuseSocket(client, decision.refusal);
      return;
    }
    if (decision.kind === 'redirect') {
      client.end(
        `HTTP/1.1 ${decision.status} Redirect\r\nlocation: ${decision.location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      );
      return;
    }
    const { plan } = decision;
    const dialled = await dial(plan, plane.limits, client);
    if (dialled === undefined) return;
    const lines = [`${req.method} ${plan.path} HTTP/1.1`, 'connection: Upgrade', `upgrade: ${req.headers.upgrade}`];
    for (let i = 0; i < plan.headers.length; i += 2) lines.push(`${plan.headers[i]}: ${plan.headers[i + 1]}`);
    dialled.socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
    join(client, dialled.socket, head, plane.limits.tunnelIdleMs, dialled.peer);
  };
}
