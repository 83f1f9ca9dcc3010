import type { Pool } from 'undici';
// The only part of undici that is used; its entry would load fetch, caches, WebSockets and mocks, too. The version is pinned exactly.
// @ts-expect-error undici declares types for its entry only
import PoolClass from 'undici/lib/dispatcher/pool.js';
import type { Limits } from './limits.ts';

/** One endpoint address with its kept connections. */
export interface Peer {
  /** `127.1.2.3:8080`. */
  readonly address: string;
  readonly pool: Pool;
  /** Requests that wait for or use it. */
  pending: number;
  lastUsedMs: number;
}

export interface Peers {
  get(address: string): Peer;
  /**
   * Of the addresses, the one with the fewest requests pending; those with equally few take turns. Requests for models
   * differ much in length and a server works on few at once, so the shortest queue answers first, which plain turns miss.
   */
  choose(addresses: readonly string[], tried: ReadonlySet<string> | undefined): Peer | undefined;
  /** Closes the connections of all other addresses, each after its last request. */
  retain(addresses: ReadonlySet<string>): void;
  close(): Promise<void>;
}

type PeerLimits = Pick<Limits, 'endpointConnections' | 'endpointIdleMs' | 'connectMs' | 'headerBytes' | 'outsideHosts'>;

/** @param capacity most peers kept; the idle one that was used longest ago makes room. Unbounded when absent: `retain` bounds it. */
export function createPeers(limits: PeerLimits, clock: () => number, capacity = Number.POSITIVE_INFINITY): Peers {
  const peers = new Map<string, Peer>();
  const retired = new Set<Pool>();
  let turn = 0;

  function open(address: string): Peer {
    if (peers.size >= capacity) makeRoom();
    const pool = new (PoolClass as typeof Pool)(`http://${address}`, {
      connections: limits.endpointConnections,
      pipelining: 1,
      keepAliveTimeout: limits.endpointIdleMs,
      keepAliveMaxTimeout: 60_000,
      connectTimeout: limits.connectMs,
      maxHeaderSize: limits.headerBytes,
    });
    const peer = { address, pool, pending: 0, lastUsedMs: clock() };
    peers.set(address, peer);
    return peer;
  }

  function get(address: string): Peer {
    return peers.get(address) ?? open(address);
  }

  function makeRoom(): void {
    let oldest: Peer | undefined;
    for (const peer of peers.values()) {
      if (peer.pending === 0 && (oldest === undefined || peer.lastUsedMs < oldest.lastUsedMs)) oldest = peer;
    }
    if (oldest) retire(oldest);
  }

  function retire(peer: Peer): void {
    peers.delete(peer.address);
    retired.add(peer.pool);
    void peer.pool
      .close()
      .catch(() => {})
      .finally(() => retired.delete(peer.pool));
  }

  return {
    get(address) {
      const peer = get(address);
      peer.lastUsedMs = clock();
      return peer;
    },
    choose(addresses, tried) {
      let best: Peer | undefined;
      const { length } = addresses;
      turn = (turn + 1) % 0x3fffffff;
      for (let i = 0; i < length; i += 1) {
        const address = addresses[(turn + i) % length]!;
        if (tried?.has(address)) continue;
        const peer = get(address);
        if (best === undefined || peer.pending < best.pending) best = peer;
        if (best.pending === 0) break;
      }
      return best;
    },
    retain(addresses) {
      for (const peer of [...peers.values()]) if (!addresses.has(peer.address)) retire(peer);
    },
    async close() {
      const pools = [...[...peers.values()].map(({ pool }) => pool), ...retired].map((pool) => pool.destroy());
      peers.clear();
      await Promise.allSettled(pools);
    },
  };
}
