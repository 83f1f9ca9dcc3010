import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { canListen } from './loopback.ts';

/** Declared port to the one that is really listened on. */
export type PortMap = Record<string, number>;

/**
 * A real port of 127.0.0.1 for each declared one. Earlier choices are kept where they are still free, so that a Pod
 * keeps its ports over a restart of the platform.
 * @param taken  real ports of other Pods; those chosen are added
 */
export async function allocatePorts(
  declared: readonly number[],
  taken: Set<number>,
  previous: Readonly<PortMap> = {},
): Promise<PortMap> {
  const chosen: PortMap = {};
  for (const port of new Set(declared)) {
    const before = previous[port];
    const kept = before !== undefined && !taken.has(before) && (await canListen('127.0.0.1', before));
    const real = kept ? before : await freePort(taken);
    taken.add(real);
    chosen[port] = real;
  }
  return chosen;
}

async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (!taken.has(port)) return port;
  }
}
