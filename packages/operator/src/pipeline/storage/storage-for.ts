import type { GivenStorage } from '../../credentials/given-storage.ts';
import { projectionLabel, storageCredentialsName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import type { ProjectedSecrets } from '../projection/projected-secrets.ts';
import { ruleFor } from './resolve-storage.ts';

export type StorageFor = (namespace: string, signal: AbortSignal) => Promise<GivenStorage>;

/**
 * Decides by the same rules as the projection, so that a Pod refers to those keys of the projected Secret that are or will be there. One of that name
 * that is somebody else's is never given to a Pod.
 */
export function createStorageFor(credentials: NamespaceCredentialsSource, projected: ProjectedSecrets): StorageFor {
  return async (namespace, signal) => {
    const { resolution } = await credentials.storageOf(namespace, signal);
    const live = projected.get(namespace);
    const isTaken = live !== undefined && live.secret.metadata.labels?.[projectionLabel] !== 'true';
    return (address) => {
      const rule = ruleFor(resolution, address);
      if (!rule) return { state: 'nothing' };
      const { outcome } = rule;
      if ('problem' in outcome) {
        const { reason, message, source } = outcome.problem;
        return { state: 'refused', problem: `${reason}: ${message} (storageCredentials, ${source})` };
      }
      if (isTaken) {
        const problem = `OwnershipConflict: Secret ${namespace}/${storageCredentialsName} is not Serval's`;
        return { state: 'refused', problem };
      }
      return { state: 'given', id: outcome.entry.id, part: outcome.entry.credential.part };
    };
  };
}
