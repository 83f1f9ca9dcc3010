import { type PlatformDefaults, platformDefaults } from '@serval/api';
import { type Cache, type Client, type Clock, type Reconciled, rfc3339 } from '@serval/kube/client';
import type { NamespacedName } from '@serval/kube/objects';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import { writeStatus } from '../write-status.ts';
import { defaultsStatusFrom } from './defaults-status.ts';

export interface PlatformDefaultsDeps {
  readonly defaults: Cache<PlatformDefaults>;
  readonly credentials: Pick<NamespaceCredentialsSource, 'platform' | 'platformStorage'>;
  readonly client: Client;
  readonly clock: Clock;
}

/** Tells in the status of PlatformDefaults whether its credentials can be had. Writes nothing else. */
export function createPlatformDefaultsReconciler({ defaults, credentials, client, clock }: PlatformDefaultsDeps) {
  return async ({ name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const object = defaults.get('', name);
    if (!object || object.metadata.deletionTimestamp) return undefined;
    const [images, models] = await Promise.all([credentials.platform(signal), credentials.platformStorage(signal)]);
    const status = defaultsStatusFrom(object, { images, models }, rfc3339(clock.now()));
    await writeStatus(client, platformDefaults, object, status, signal);
    return undefined;
  };
}
