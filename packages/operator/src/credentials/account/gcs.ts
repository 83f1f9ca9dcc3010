import type { Secret } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Part } from '../part.ts';
import { has } from './secret-data.ts';

const volume = 'user-gcp-sa';
const folder = '/var/secrets/';

/** A Secret with the key file of a Google service account, which is mounted. */
export function gcsSecret(secret: Secret, { credentials }: ServingConfig): Part | undefined {
  const file = credentials.gcs.gcsCredentialFileName;
  if (!has(secret, file)) return undefined;
  return {
    env: [{ name: 'GOOGLE_APPLICATION_CREDENTIALS', value: `${folder}${file}` }],
    volumes: [{ name: volume, secret: { secretName: secret.metadata.name ?? '' } }],
    volumeMounts: [{ name: volume, mountPath: folder, readOnly: true }],
  };
}

export function gcsFiles(_secret: Secret, { credentials }: ServingConfig): string[] {
  return [credentials.gcs.gcsCredentialFileName];
}
