import type { ConfigMap, Secret } from '@serval/kube/objects';
import { bundleKey, globalBundleName } from '../names.ts';

/** On a Secret of another name than the configured one, that holds storage entries all the same. */
export const storageConfigLabel = 'serving.kserve.io/storage-config';
/** On a ConfigMap whose certificates are to be checked, whoever refers to it. */
export const caBundleLabel = 'serving.kserve.io/ca-bundle';
/** On a Secret with storage entries: which half of a certificate the other follows. See `storage-config/source.ts`. */
export const halfSourceAnnotation = 'serving.kserve.io/storage-config-source';

/** What brings what is there to the present form, for messages. */
export function migrateCommand(namespace: string): string {
  return `serval storage-config migrate -n ${namespace} --write`;
}

/** CEL, for API servers: which Secrets are sent to be checked. */
export const secretCondition = `object.metadata.name == 'storage-config' || (has(object.metadata.labels) && '${storageConfigLabel}' in object.metadata.labels)`;
/** CEL: ConfigMaps that may hold certificates for storage. Copies of the global bundle were checked at their source. */
export const bundleCondition = `object.metadata.name != '${globalBundleName}' && ((has(object.data) && '${bundleKey}' in object.data) || (has(object.metadata.labels) && '${caBundleLabel}' in object.metadata.labels))`;

export function isLabelled({ metadata }: Secret | ConfigMap, label: string): boolean {
  const value = metadata.labels?.[label];
  return value !== undefined && value.toLowerCase() !== 'false';
}
