import type { Cache, Clock } from '@serval/kube/client';
import type { ConfigMap, Secret } from '@serval/kube/objects';
import { parseStorageConfig } from '@serval/storage/config';
import type { ConfigSource } from '../config/config-source.ts';
import { bundleKey } from '../names.ts';
import { caBundleLabel, isLabelled, storageConfigLabel } from '../storage-config/names.ts';
import { reviewBundle } from '../storage-config/review-bundle.ts';
import { reviewSecret, type Verdict } from '../storage-config/review-secret.ts';
import { secretTexts } from '../storage-config/secret-texts.ts';
import { type AdmissionRequest, type AdmissionResponse, allowed, denied } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';

export interface StorageHandlerDeps {
  readonly config: ConfigSource;
  /** Secrets with storage entries, as far as they are watched. */
  readonly storageSecrets: Cache<Secret>;
  /** The platform's own. */
  readonly namespace: string;
  readonly clock: Clock;
}

/** An API server shows no more than 4 KiB of warnings. */
const maxWarnings = 12;

/** Checks Secrets with storage entries. Others come here too where an API server knows no match conditions. */
export function secretHandler({ config, clock }: StorageHandlerDeps): WebhookHandler {
  return async (request) => {
    const secret = request.object as unknown as Secret;
    const { credentials } = config.current();
    const isOurs =
      secret.kind === 'Secret' &&
      (secret.metadata.name === credentials.storageSpecSecretName || isLabelled(secret, storageConfigLabel));
    if (!isOurs || secret.metadata.deletionTimestamp) return allowed(request.uid);
    const old = (request.oldObject ?? undefined) as Secret | undefined;
    const namespaced = withNamespace(secret, request);
    return answer(request, reviewSecret(namespaced, old, credentials.certificateFields, new Date(clock.now())));
  };
}

/** Checks ConfigMaps with certificates: those that say so by their label, and those that a storage entry or the configuration names. */
export function bundleHandler({ config, storageSecrets, namespace: own, clock }: StorageHandlerDeps): WebhookHandler {
  const isNamed = (namespace: string, name: string) => {
    if (namespace === own && name === config.current().storageInitializer.caBundleConfigMapName) return true;
    return storageSecrets.list({ namespace }).some((secret) => {
      const { entries } = parseStorageConfig(secretTexts(secret), { now: new Date(clock.now()) });
      return entries.some(({ certificates }) =>
        certificates.some(({ source, reference }) => source === 'configMap' && reference === name),
      );
    });
  };
  return async (request) => {
    const given = request.object as unknown as ConfigMap;
    if (given.kind !== 'ConfigMap' || given.metadata.deletionTimestamp) return allowed(request.uid);
    const configMap = withNamespace(given, request);
    const { namespace = 'default', name = '' } = configMap.metadata;
    const isOurs =
      isLabelled(configMap, caBundleLabel) || (configMap.data?.[bundleKey] !== undefined && isNamed(namespace, name));
    if (!isOurs) return allowed(request.uid);
    const old = (request.oldObject ?? undefined) as ConfigMap | undefined;
    return answer(request, reviewBundle(configMap, old, new Date(clock.now())));
  };
}

/** A request's object may leave the namespace to its address. */
function withNamespace<T extends Secret | ConfigMap>(object: T, { namespace }: AdmissionRequest): T {
  return {
    ...object,
    metadata: { ...object.metadata, namespace: namespace ?? object.metadata.namespace ?? 'default' },
  };
}

function answer(request: AdmissionRequest, { errors, warnings }: Verdict): AdmissionResponse {
  const response = errors.length > 0 ? denied(request, errors) : allowed(request.uid);
  return warnings.length > 0 ? { ...response, warnings: warnings.slice(0, maxWarnings) } : response;
}
