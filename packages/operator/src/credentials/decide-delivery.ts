import type { ServingConfig } from '../config/serving-config.ts';
import { credentialEnv } from '../pod/credential-env.ts';
import type { Decision, Delivery } from './delivery.ts';
import { createLookup, type Known, type Lookup } from './lookup.ts';
import { deliverEntry } from './storage-entry.ts';
import type { StorageRequest } from './storage-request.ts';

/** A service account names a handful of Secrets; more than this would make admission slow. */
const maxSecrets = 20;

/**
 * What a Pod that asks for a model is to get, or why it cannot be had. Pure: whatever it has to look at and is not among what
 * is known is named, to be read before it is asked again.
 */
export function decideDelivery(request: StorageRequest, known: Known, config: ServingConfig): Decision {
  const lookup = createLookup(known);
  const decided = decide(request, lookup, config);
  return lookup.unknown.length > 0 ? { state: 'unknown', references: lookup.unknown } : decided;
}

function decide(request: StorageRequest, lookup: Lookup, config: ServingConfig): Decision {
  if (request.listed) return { state: 'refused', problems: ['spec.predictor.storageUris are not served yet'] };
  if (request.entry) {
    const entry = deliverEntry(request, lookup, config);
    if ('problems' in entry) return { state: 'refused', problems: entry.problems };
    return delivered({ sources: entry.sources, env: entry.env });
  }
  const { namespace, serviceAccountName } = request;
  if (request.sources.every(({ uri }) => uri.startsWith('pvc://'))) return delivered({ sources: request.sources });
  const account = lookup.get('ServiceAccount', namespace, serviceAccountName);
  const names = (account?.secrets ?? []).flatMap(({ name }) => name ?? []).slice(0, maxSecrets);
  const secrets = names.flatMap((name) => lookup.get('Secret', namespace, name) ?? []);
  return delivered({ sources: request.sources, env: credentialEnv(secrets, config) });
}

function delivered(parts: Pick<Delivery, 'sources'> & Partial<Delivery>): Decision {
  return { state: 'delivered', delivery: { env: [], volumes: [], volumeMounts: [], ...parts } };
}
