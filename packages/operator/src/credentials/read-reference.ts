import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, type KubeObject, secrets, serviceAccounts } from '@serval/kube/objects';
import { readClusterTrustBundle } from './cluster-trust-bundles.ts';
import type { Reference } from './lookup.ts';
import type { ReadReference } from './resolve-delivery.ts';

/** Reads straight from the API server, one object by its name: Secrets are never listed. */
export function createReferenceReader(client: Client): ReadReference {
  return async (reference, signal) => {
    try {
      return await get(client, reference, signal);
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
}

function get(
  client: Client,
  { kind, namespace, name }: Reference,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const key = { namespace, name };
  if (kind === 'Secret') return client.get(secrets, key, { signal });
  if (kind === 'ClusterTrustBundle') return readClusterTrustBundle(client, name, signal);
  if (kind === 'ConfigMap') return client.get(configMaps, key, { signal });
  return client.get(serviceAccounts, key, { signal });
}
