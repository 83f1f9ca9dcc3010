import type { Client } from '@serval/kube/client';
import { type Pod, pods, portMapAnnotation } from '@serval/kube/objects';
import { containersOf } from '../container/environment.ts';
import { allocateAddress } from '../network/loopback.ts';
import { allocatePorts, type PortMap } from '../network/ports.ts';
import type { PodRecord } from './directory.ts';

export type PodNetwork = 'addresses' | 'ports';

/** What the Pods of a node have of its network: shared by all of them, so that none gets what another has. */
export interface NetworkPool {
  readonly mode: PodNetwork;
  /** Address by Pod uid. */
  readonly addresses: Map<string, string>;
  /** Real ports by Pod uid. */
  readonly ports: Map<string, PortMap>;
  /** Allocations are made one after the other. */
  turn: Promise<unknown>;
}

export function createNetworkPool(mode: PodNetwork): NetworkPool {
  return { mode, addresses: new Map(), ports: new Map(), turn: Promise.resolve() };
}

export interface PodAddress {
  address: string;
  /** Empty where every port is free. */
  ports: PortMap;
}

/** Declared TCP ports of a Pod's containers. */
export function declaredPorts(pod: Pod): number[] {
  return containersOf(pod).flatMap(({ ports = [] }) =>
    ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ containerPort }) => containerPort),
  );
}

/**
 * The Pod's address, or its ports. Kept over restarts of the platform where they are still free.
 * @throws NodeError `PodNetworkUnavailable`
 */
export function joinNetwork(pool: NetworkPool, pod: Pod, previous: PodRecord | undefined): Promise<PodAddress> {
  const allocation = pool.turn.then(() => allocate(pool, pod, previous));
  pool.turn = allocation.catch(() => {});
  return allocation;
}

async function allocate(pool: NetworkPool, pod: Pod, previous: PodRecord | undefined): Promise<PodAddress> {
  const uid = pod.metadata.uid ?? '';
  if (pod.spec.hostNetwork === true) return { address: '127.0.0.1', ports: {} };
  if (pool.mode === 'addresses') {
    const address = await allocateAddress(uid, declaredPorts(pod), new Set(pool.addresses.values()), previous?.address);
    pool.addresses.set(uid, address);
    return { address, ports: {} };
  }
  const taken = new Set([...pool.ports.values()].flatMap((map) => Object.values(map)));
  const ports = await allocatePorts(declaredPorts(pod), taken, previous?.ports);
  pool.ports.set(uid, ports);
  return { address: '127.0.0.1', ports };
}

export function leaveNetwork(pool: NetworkPool, uid: string): void {
  pool.addresses.delete(uid);
  pool.ports.delete(uid);
}

/** Tells endpoints the real ports, before anything listens on them. */
export async function publishPorts(client: Client, pod: Pod, ports: PortMap, signal: AbortSignal): Promise<void> {
  if (Object.keys(ports).length === 0) return;
  const value = JSON.stringify(ports);
  if (pod.metadata.annotations?.[portMapAnnotation] === value) return;
  const { namespace, name = '', uid } = pod.metadata;
  const patch = { metadata: { uid, annotations: { [portMapAnnotation]: value } } };
  await client.patch(pods, { namespace, name }, 'merge', patch, { signal });
}

/** Environment variables that tell a container its part of the network. */
export function networkEnv({ address, ports }: PodAddress): Record<string, string> {
  const env: Record<string, string> = { SERVAL_POD_ADDRESS: address };
  for (const [declared, real] of Object.entries(ports)) env[`SERVAL_PORT_${declared}`] = String(real);
  return env;
}

/** Proxies that lead to the gateway, which knows the cluster's names. Loopback is reached directly. */
export function proxyEnv(url: string | undefined, ownAddress: string): Record<string, string> {
  if (!url) return {};
  // Programs differ in what they understand: curl a network, node:http a range, fetch exact names only.
  const direct = `localhost,127.0.0.1,${ownAddress},::1,127.0.0.0/8,127.0.0.1-127.255.255.255`;
  return {
    http_proxy: url,
    HTTP_PROXY: url,
    https_proxy: url,
    HTTPS_PROXY: url,
    no_proxy: direct,
    NO_PROXY: direct,
    NODE_USE_ENV_PROXY: '1',
  };
}
