import { type EndpointSlice, type Service, serviceNameLabel } from '@serval/kube/objects';

/** Ready addresses by `namespace/name:port` of a Service. A known Service without ready endpoints has an empty list. */
export type EndpointTable = ReadonlyMap<string, readonly string[]>;

export function serviceKey(namespace: string, name: string, port: number): string {
  return `${namespace}/${name}:${port}`;
}

/**
 * Addresses (`ip:port`, `[ip6]:port`) of each Service port. A Service port leads to the slice's port of the same name
 * (none counts as empty); only endpoints whose `ready` is not false take traffic (`discovery.k8s.io/v1`).
 */
export function compileEndpoints(services: readonly Service[], slices: readonly EndpointSlice[]): EndpointTable {
  const slicesOf = Map.groupBy(
    slices,
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.[serviceNameLabel] ?? ''}`,
  );
  const table = new Map<string, string[]>();
  for (const { metadata, spec } of services) {
    const { namespace = '', name = '' } = metadata;
    const own = slicesOf.get(`${namespace}/${name}`) ?? [];
    for (const port of spec.ports ?? []) {
      if (port.protocol !== undefined && port.protocol !== 'TCP') continue;
      table.set(serviceKey(namespace, name, port.port), [...addressesOf(own, port.name ?? '')]);
    }
  }
  return table;
}

function addressesOf(slices: readonly EndpointSlice[], portName: string): Set<string> {
  const addresses = new Set<string>();
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const [address] = endpoint.addresses;
      if (address === undefined || endpoint.conditions?.ready === false) continue;
      addresses.add(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
    }
  }
  return addresses;
}
