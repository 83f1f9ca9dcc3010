import { ConfigError } from './config-error.ts';
import { certificateFieldStages, configMapName, type ServingConfig } from './serving-config.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const annotationKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** @throws ConfigError for the first setting of storage credentials or CA bundles that cannot be. */
export function checkCredentials({ credentials, storageInitializer }: ServingConfig): void {
  const { certificateFields, storageSpecSecretName, storageSecretNameAnnotation } = credentials;
  require(certificateFieldStages.includes(
    certificateFields,
  ), 'credentials.certificateFields', certificateFieldStages.join(', '), certificateFields);
  require(isName(storageSpecSecretName), 'credentials.storageSpecSecretName', "a Secret's name", storageSpecSecretName);
  require(annotationKey.test(
    storageSecretNameAnnotation,
  ), 'credentials.storageSecretNameAnnotation', 'the key of an annotation', storageSecretNameAnnotation);
  const { caBundleConfigMapName: bundle = '', caBundleVolumeMountPath: path = '' } = storageInitializer;
  require(bundle === '' || isName(bundle), 'storageInitializer.caBundleConfigMapName', "a ConfigMap's name", bundle);
  require(typeof path === 'string' &&
    (path === '' || path.startsWith('/')), 'storageInitializer.caBundleVolumeMountPath', 'an absolute path', path);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 253 && subdomain.test(value);
}

function require(holds: boolean, key: string, expected: string, got: unknown): void {
  if (!holds) throw new ConfigError(`${configMapName}: ${key} must be ${expected}, got ${JSON.stringify(got)}`);
}
