import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, type KubeObject, secrets, serviceAccounts } from '@serval/kube/objects';
import type { AccessNotes } from '../scope/access-notes.ts';
import { readClusterTrustBundle } from './cluster-trust-bundles.ts';
import type { Reference } from './lookup.ts';
import type { ReadReference } from './resolve-delivery.ts';

export interface ReferenceReaderOptions {
  /** Whether what has no namespace is read. */
  readonly clusterScoped: boolean;
  readonly access: AccessNotes;
}

/** What is referred to may not be read: its content must not be used, whatever was read before. */
export class ReferenceRefused extends Error {}

/** Reads straight from the API server, one object by its name: Secrets are never listed. */
export function createReferenceReader(
  client: Client,
  { clusterScoped, access }: ReferenceReaderOptions,
): ReadReference {
  return async (reference, signal) => {
    const { kind, namespace } = reference;
    const note = { right: `get ${plurals[kind]}`, namespace };
    if (namespace === '' && !clusterScoped) return undefined;
    try {
      const object = await get(client, reference, signal);
      access.granted(note);
      return object;
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      if (!isStatusError(error, 'Forbidden')) throw error;
      if (kind === 'ClusterTrustBundle') {
        access.missing({ ...note, consequence: 'certificates are copied into namespaces instead', required: false });
        return undefined;
      }
      // Of a name alone, the right may be there.
      access.missing({ ...note, consequence: 'services that refer to one that may not be read wait', required: false });
      throw new ReferenceRefused(`the operator may not read ${kind} ${namespace}/${reference.name}`, { cause: error });
    }
  };
}

const plurals: Readonly<Record<Reference['kind'], string>> = {
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  ServiceAccount: 'serviceaccounts',
  ClusterTrustBundle: 'clustertrustbundles.certificates.k8s.io',
};

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
