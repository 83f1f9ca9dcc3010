import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import { type Secret, secrets } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';

/** The one name whose Secrets are watched: a rule of access names it, and cannot follow the configuration. */
const watchedSecretName = defaultServingConfig.credentials.storageSpecSecretName;

/** Follows the Secrets with storage entries of all namespaces, by their name: no other Secret is ever listed. */
export function watchStorageSecrets(options: {
  client: Client;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): Reflector<Secret> {
  const { client, clock, log, signal } = options;
  const fieldSelector = `metadata.name=${watchedSecretName}`;
  return createReflector({ client, resource: secrets, fieldSelector, clock, log, signal });
}
