import type { ServingConfig } from '../../config/serving-config.ts';
import type { Lookup } from '../lookup.ts';
import type { Part } from '../part.ts';
import type { StorageRequest } from '../storage-request.ts';
import { partsOfSecret } from './account-secret.ts';
import { s3Account } from './s3.ts';

/** A service account names a handful of Secrets; more than this would make admission slow. */
const maxSecrets = 20;

/**
 * What the Pod's service account lets its storage initializer do (KServe's CreateSecretVolumeAndEnv): its Secrets, or the one that
 * an annotation of the service names, and before them what its own annotations say. An account that is not there is the
 * API server's to refuse, with the Pod.
 */
export function deliverAccount(request: StorageRequest, lookup: Lookup, config: ServingConfig): Part[] {
  const { namespace, serviceAccountName, annotations } = request;
  const account = lookup.get('ServiceAccount', namespace, serviceAccountName);
  const named = annotations[config.credentials.storageSecretNameAnnotation];
  const names = named ? [named] : (account?.secrets ?? []).flatMap(({ name }) => name ?? []).slice(0, maxSecrets);
  const saidBy = named
    ? `annotation ${config.credentials.storageSecretNameAnnotation}`
    : `ServiceAccount ${namespace}/${serviceAccountName}`;
  const ofSecrets = names.flatMap((name): Part[] => {
    const secret = lookup.get('Secret', namespace, name);
    if (secret) return partsOfSecret(secret, config);
    return [{ problems: [`Secret ${namespace}/${name} does not exist; ${saidBy} names it`] }];
  });
  const own = account && s3Account(account.metadata, config);
  return own ? [...ofSecrets, { ...own, store: 's3' }] : ofSecrets;
}
