import type { Client, Clock, Controller, EventRecorder, Log } from '@serval/kube/client';
import type { Caches } from './caches.ts';
import type { DiscoveredKinds } from './discovered-kinds.ts';

/** What every controller is given. */
export interface ControllerContext {
  client: Client;
  caches: Caches;
  /** All kinds that the server has. */
  kinds: DiscoveredKinds;
  clock: Clock;
  log: Log;
  /** Ends reflectors; controllers end by `close`. */
  signal: AbortSignal;
  /** @param component such as `deployment-controller`. */
  recorder(component: string): EventRecorder;
}

export type StartController = (context: ControllerContext) => Controller;
