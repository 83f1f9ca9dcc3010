import { type CredentialGrant, credentialGrants, type Pipeline } from '@serval/api';
import { type Cache, type Client, type Clock, type Reconciled, rfc3339 } from '@serval/kube/client';
import type { NamespacedName, Secret } from '@serval/kube/objects';
import type { ReadReference } from '../../credentials/resolve-delivery.ts';
import { readOrRefusal } from '../read-secret.ts';
import { writeStatus } from '../write-status.ts';
import { grantStatusFrom } from './grant-status.ts';

export interface GrantDeps {
  readonly grants: Cache<CredentialGrant>;
  readonly pipelines: Cache<Pipeline>;
  readonly read: ReadReference;
  readonly client: Client;
  readonly clock: Clock;
}

/** Tells in the status of a grant whether what it lends is there, and who refers to it. Writes nothing else. */
export function createGrantReconciler({ grants, pipelines, read, client, clock }: GrantDeps) {
  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const grant = grants.get(namespace, name);
    if (!grant || grant.metadata.deletionTimestamp) return undefined;
    const secrets = new Map<string, Secret | { refusal: string } | undefined>();
    await Promise.all(
      [...new Set(grant.spec.to.map(({ name: secret }) => secret))].map(async (secret) => {
        secrets.set(
          secret,
          await readOrRefusal({ namespace: grant.metadata.namespace ?? '', name: secret }, read, signal),
        );
      }),
    );
    const named = [...new Set(grant.spec.from.map((from) => `${from.namespace}/${from.name}`))].flatMap((key) => {
      const [inNamespace = '', pipeline = ''] = key.split('/');
      return pipelines.get(inNamespace, pipeline) ?? [];
    });
    const status = grantStatusFrom({ grant, secrets, pipelines: named }, rfc3339(clock.now()));
    await writeStatus(client, credentialGrants, grant, status, signal);
    return undefined;
  };
}
