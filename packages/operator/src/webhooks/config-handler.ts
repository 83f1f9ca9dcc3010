import type { ConfigMap } from '@serval/kube/objects';
import { reviewConfig } from '../config/review-config.ts';
import { configMapName } from '../config/serving-config.ts';
import { allowed, denied } from './admission-review.ts';
import type { WebhookHandler } from './handlers.ts';

/** An API server shows no more than 4 KiB of warnings. */
const maxWarnings = 12;

/**
 * Refuses a configuration with a value that cannot be. One of the same name in another namespace is another platform's, such as KServe's.
 *
 * @param home  the platform's own namespace
 */
export function configHandler(home: string): WebhookHandler {
  return async (request) => {
    const { uid, namespace, oldObject } = request;
    const configMap = request.object as unknown as ConfigMap;
    const { metadata } = configMap;
    const isOurs = metadata.name === configMapName && (namespace ?? metadata.namespace) === home;
    if (configMap.kind !== 'ConfigMap' || !isOurs || metadata.deletionTimestamp) return allowed(uid);
    const { errors, warnings } = reviewConfig(configMap, (oldObject ?? undefined) as ConfigMap | undefined);
    const response = errors.length > 0 ? denied(request, errors) : allowed(uid);
    return warnings.length > 0 ? { ...response, warnings: warnings.slice(0, maxWarnings) } : response;
  };
}
