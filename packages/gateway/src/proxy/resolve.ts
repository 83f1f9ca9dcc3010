import { parseClusterName } from '../endpoints/cluster-names.ts';
import { serviceKey } from '../endpoints/endpoint-table.ts';
import type { Refusal } from './answer.ts';
import type { DataPlane } from './data-plane.ts';
import type { Peer } from './peers.ts';

/** Where a name leads that a container uses. */
export interface Resolved {
  /** Key of the endpoint table; undefined for a host outside. */
  service: string | undefined;
  /** For messages. */
  target: string;
  choose(tried: ReadonlySet<string> | undefined): Peer | undefined;
}

/**
 * Resolves a host as cluster DNS would: a Service's name leads to its ready endpoints, any other host to itself. Names below
 * `localhost` lead to this machine, which resolvers of some systems do not know (RFC 6761 section 6.3).
 *
 * @param hostname lower case, without port.
 */
export function resolveHost(plane: DataPlane, hostname: string, port: number): Resolved | Refusal {
  const { services, endpoints } = plane.snapshot;
  const name = parseClusterName(hostname, (namespace, service) => services.has(`${namespace}/${service}`));
  if (name === undefined) return outside(plane, hostname, port);
  const { namespace, name: service } = name;
  if (!services.has(`${namespace}/${service}`)) {
    return { code: 'UnknownService', message: `${hostname}: there is no Service ${namespace}/${service}` };
  }
  const key = serviceKey(namespace, service, port);
  if (!endpoints.has(key)) {
    const known = [...endpoints.keys()].filter((k) => k.startsWith(`${namespace}/${service}:`));
    const ports = known.map((k) => k.slice(k.lastIndexOf(':') + 1)).join(', ') || 'none';
    return { code: 'UnknownService', message: `Service ${namespace}/${service} has no port ${port}; it has: ${ports}` };
  }
  return {
    service: key,
    target: `Service ${key}`,
    choose: (tried) => plane.choose(key, tried),
  };
}

function outside(plane: DataPlane, hostname: string, port: number): Resolved | Refusal {
  const local = hostname === 'localhost' || hostname.endsWith('.localhost');
  const address = `${local ? '127.0.0.1' : hostname}:${port}`;
  if (plane.ownAddresses.has(address)) {
    return { code: 'LoopDetected', message: `${hostname}:${port} is this proxy itself` };
  }
  return {
    service: undefined,
    target: `${hostname}:${port}`,
    choose: (tried) => (tried?.has(address) ? undefined : plane.outside.get(address)),
  };
}
