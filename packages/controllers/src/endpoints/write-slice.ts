import type { Client } from '@serval/kube/client';
import { type EndpointSlice, endpointSlices, isStatusError } from '@serval/kube/objects';

/**
 * The same slice with its addresses as names. Upstream's API server refuses loopback addresses in slices of addresses
 * (`ValidateNonSpecialIP`), and a Pod on this machine has no other; as names it takes them.
 */
export function withAddressesAsNames(slice: EndpointSlice): EndpointSlice {
  return { ...slice, addressType: 'FQDN' };
}

/** Creates a slice, with loopback addresses in whichever form the API server takes. */
export async function createSlice(client: Client, slice: EndpointSlice, signal: AbortSignal): Promise<void> {
  try {
    await client.create(endpointSlices, slice, { signal });
  } catch (error) {
    const isLoopback = slice.endpoints.some(({ addresses: [address] }) => address?.startsWith('127.'));
    if (!isLoopback || !isStatusError(error, 'Invalid')) throw error;
    await client.create(endpointSlices, withAddressesAsNames(slice), { signal });
  }
}
