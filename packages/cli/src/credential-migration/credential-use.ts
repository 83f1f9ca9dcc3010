import { createHash } from 'node:crypto';
import type { Secret } from '@serval/kube/objects';
import { readPullSecret, type SecretReference } from '@serval/operator/credentials';

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

export type SecretRead = { state: 'read'; secret: Secret } | { state: 'refused' };

/** Secrets as far as they could be read, by `NAMESPACE/NAME`; those that do not exist are missing. */
export type SecretsRead = ReadonlyMap<string, SecretRead>;

/** Annotations of Secrets that are part of what a store is opened with (KServe: endpoint, region and the like). */
export const storeAnnotationPrefix = 'serving.kserve.io/';

/** Stays inside of one run: whoever sees it could try passwords against it. Pull secrets that say the same in another form are equal. */
export function contentOf(secret: Secret): string {
  const source = readPullSecret(secret);
  const content =
    source.state === 'ready'
      ? source.auths.map(({ key, credential }) => [key, credential] as const)
      : [
          ...Object.entries(secret.data ?? {}),
          ...Object.entries(secret.metadata.annotations ?? {}).filter(([key]) => key.startsWith(storeAnnotationPrefix)),
        ];
  const sorted = content.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

export function secretAt(secrets: SecretsRead, name: string): Secret | undefined {
  const read = secrets.get(name);
  return read?.state === 'read' ? read.secret : undefined;
}
