import type { EndpointTable } from '../endpoints/endpoint-table.ts';
import { createHostMap } from '../routes/hosts.ts';
import type { RouteTable } from '../routes/table.ts';

/** What the data plane knows at one moment. Replaced whole, never changed. */
export interface Snapshot {
  readonly routes: RouteTable;
  readonly endpoints: EndpointTable;
  /** `namespace/name` of every Service. */
  readonly services: ReadonlySet<string>;
}

export const emptySnapshot: Snapshot = {
  routes: { listeners: createHostMap(), size: 0 },
  endpoints: new Map(),
  services: new Set(),
};
