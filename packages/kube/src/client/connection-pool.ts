import type { Pool } from 'undici';
// The parts of undici that are used. Its entry also loads fetch, caches, WebSockets and mocks: twice the memory, and time on the way to the
// first answer of every process. The version is pinned exactly.
// @ts-expect-error undici declares types for its entry only
import request from 'undici/lib/api/api-request.js';
// @ts-expect-error as above
import PoolClass from 'undici/lib/dispatcher/pool.js';

/** undici's Pool, of whose methods only `request` and those of a Dispatcher may be called. */
export function createPool(origin: string, options: Pool.Options): Pick<Pool, 'request' | 'destroy'> {
  const pool = new (PoolClass as typeof Pool)(origin, options);
  return {
    request: (request as Pool['request']).bind(pool) as Pool['request'],
    destroy: () => pool.destroy(),
  } as Pick<Pool, 'request' | 'destroy'>;
}
