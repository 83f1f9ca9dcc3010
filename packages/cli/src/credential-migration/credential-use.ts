import type { SecretReference } from '@serval/operator/credentials';

/** Of pipelines, stages and PlatformDefaults. */
export type CredentialField = 'registryCredentials' | 'storageCredentials';

/** What a namespace uses today for some images or models. */
export interface CredentialUse {
  field: CredentialField;
  namespace: string;
  secretRef: SecretReference;
  /** The same for Secrets that hold the same; tells nothing of it, and is shown nowhere. */
  content: string;
  match: string;
}
