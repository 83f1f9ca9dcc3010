import type { Reflector } from '@serval/kube/client';
import { type Secret, secrets } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import type { Scope } from '../scope/scope.ts';

/** The one name whose Secrets are watched: a rule of access names it, and cannot follow the configuration. */
const watchedSecretName = defaultServingConfig.credentials.storageSpecSecretName;

/** Follows the Secrets with storage entries, by their name: no other Secret is ever listed. */
export function watchStorageSecrets(scope: Scope): Reflector<Secret> {
  return scope.reflect(secrets, {
    fieldSelector: `metadata.name=${watchedSecretName}`,
    without: 'changes of storage entries are seen within a minute, and their certificates are not examined',
  });
}
