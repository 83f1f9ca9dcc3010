import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { errnoOf, NodeError } from '../errors.ts';

/** How often another address is tried before the Pod is left waiting. */
const attempts = 16;

/**
 * The `attempt`-th address of a Pod: 127.x.y.z derived from its uid, so that it stays the same without being stored.
 * Never 127.0.y.z, where the machine's own services listen.
 */
export function derivedAddress(uid: string, attempt: number): string {
  const hash = createHash('sha256').update(`${uid}/${attempt}`).digest();
  const [a = 0, b = 0, c = 0] = hash;
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`;
}

/**
 * A loopback address that no other Pod has and on which the Pod's ports are free.
 * @param taken  addresses of other Pods
 * @throws NodeError `PodNetworkUnavailable`
 */
export async function allocateAddress(
  uid: string,
  ports: readonly number[],
  taken: ReadonlySet<string>,
  preferred?: string,
): Promise<string> {
  const candidates = [
    ...(preferred ? [preferred] : []),
    ...Array.from({ length: attempts }, (_, n) => derivedAddress(uid, n)),
  ];
  let busy: number | undefined;
  for (const address of candidates) {
    if (taken.has(address)) continue;
    busy = undefined;
    for (const port of ports) {
      if (!(await canListen(address, port))) busy = port;
    }
    if (busy === undefined) return address;
  }
  throw new NodeError(
    'PodNetworkUnavailable',
    busy === undefined ? 'no loopback address is free' : `port ${busy} is taken on every loopback address tried`,
    { hint: 'a program that listens on all addresses (0.0.0.0 or ::) takes the port from every Pod' },
  );
}

/** Whether one may listen there now. Ports below 1024 that only root may use count as free: the Pod itself will tell. */
export async function canListen(address: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch (error) {
    return errnoOf(error) === 'EACCES';
  } finally {
    server.close();
  }
}

/** Whether the system lets one listen on all of 127.0.0.0/8 (Linux does, macOS does not). */
export async function hasLoopbackRange(): Promise<boolean> {
  return canListen('127.83.86.76', 0);
}
