import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, type Secret, secrets } from '@serval/kube/objects';
import { storageConfigLabel } from '@serval/operator/declarations';
import type { FoundConfigMap } from './config-map-lookup.ts';
import { bundleOf } from './storage-secret.ts';

/** Small enough for an API server that holds thousands of Secrets with certificates in them. */
const pageSize = 200;

/** Every Secret of that name or with the label, by namespace; of all namespaces where none is given. Reads no other Secret. */
export async function listStorageSecrets(
  client: Client,
  { namespace, secretName, signal }: { namespace: string | undefined; secretName: string; signal: AbortSignal },
): Promise<Secret[]> {
  const found = new Map<string, Secret>();
  const where = namespace === undefined ? {} : { namespace };
  for (const selector of [
    { fieldSelector: `metadata.name=${secretName}` },
    { labelSelector: `${storageConfigLabel},${storageConfigLabel} notin (false,False)` },
  ]) {
    let next: string | undefined;
    do {
      const page = await client.list(secrets, {
        ...where,
        ...selector,
        limit: pageSize,
        ...(next ? { continue: next } : {}),
        signal,
      });
      for (const secret of page.items) found.set(`${secret.metadata.namespace}/${secret.metadata.name}`, secret);
      next = page.metadata?.continue || undefined;
    } while (next !== undefined);
  }
  return [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, secret]) => secret);
}

/** A ConfigMap of the namespace. */
export function readConfigMap(client: Client, namespace: string, signal: AbortSignal) {
  return async (name: string): Promise<FoundConfigMap> => {
    try {
      return { bundle: bundleOf(await client.get(configMaps, { namespace, name }, { signal })) };
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
}
