import type { KeptService } from '@serval/api';

/** Promotions keep two services in their status, and objects have 1.5 MiB together. */
export const maxServiceBytes = 256 * 1024;

/** Bytes of a service as it is kept. */
export function sizeOf(service: KeptService | undefined): number {
  return service ? Buffer.byteLength(JSON.stringify(service)) : 0;
}
