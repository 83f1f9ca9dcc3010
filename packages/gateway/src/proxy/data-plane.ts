import type { ServerResponse } from 'node:http';
import { createWeightTurns, type WeightTurns } from '../routes/weights.ts';
import { defaultLimits, type Limits } from './limits.ts';
import type { Observe } from './observe.ts';
import { createPeers, type Peer, type Peers } from './peers.ts';
import { emptySnapshot, type Snapshot } from './snapshot.ts';

/** What both listeners share. */
export interface DataPlane {
  readonly limits: Limits;
  readonly turns: WeightTurns;
  readonly observe: Observe | undefined;
  readonly clock: () => number;
  readonly snapshot: Snapshot;
  /** Connections to endpoints of Services. */
  readonly peers: Peers;
  /** Connections to hosts that are no Service. */
  readonly outside: Peers;
  /** While it stops, answers ask clients to close their connections. */
  readonly draining: boolean;
  /** Own `host:port`, which no request may be sent to by the internal listener. */
  readonly ownAddresses: Set<string>;
  /** Takes effect for the next request. */
  update(snapshot: Snapshot): void;
  /** An endpoint of the Service, of those that exist now. */
  choose(service: string, tried: ReadonlySet<string> | undefined): Peer | undefined;
  drain(): void;
  close(): Promise<void>;
}

export interface DataPlaneOptions {
  limits?: Partial<Limits>;
  observe?: Observe;
  /** Milliseconds, for ages only. Default `Date.now`. */
  clock?: () => number;
}

export function createDataPlane({ limits: given, observe, clock = Date.now }: DataPlaneOptions = {}): DataPlane {
  const limits = { ...defaultLimits, ...given };
  const turns = createWeightTurns();
  const peers = createPeers(limits, clock);
  const outside = createPeers(limits, clock, limits.outsideHosts);
  let snapshot = emptySnapshot;
  let draining = false;
  return {
    limits,
    turns,
    observe,
    clock,
    peers,
    outside,
    ownAddresses: new Set(),
    get snapshot() {
      return snapshot;
    },
    get draining() {
      return draining;
    },
    update(next) {
      const endpointsChanged = next.endpoints !== snapshot.endpoints;
      snapshot = next;
      if (endpointsChanged) peers.retain(new Set([...next.endpoints.values()].flat()));
    },
    choose: (service, tried) => peers.choose(snapshot.endpoints.get(service) ?? [], tried),
    drain() {
      draining = true;
    },
    async close() {
      await Promise.all([peers.close(), outside.close()]);
    },
  };
}

/** Asks the client to close its connection while the gateway stops. */
export function closeIfDraining(plane: DataPlane): (res: ServerResponse) => void {
  return (res) => {
    if (plane.draining) res.shouldKeepAlive = false;
  };
}
