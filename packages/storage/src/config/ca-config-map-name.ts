import { createHash } from 'node:crypto';
import { certificateFormOf } from './certificate-form.ts';

/** As long as a name may be for whatever is named after it. */
const maxLength = 63;

/**
 * Name of the ConfigMap that carries the certificates of one entry: `storage-config-minio-ca`. The same for the same Secret and key, and
 * different for different keys: what a name cannot say is told apart by a digest.
 */
export function caConfigMapName(secretName: string, key: string): string {
  const plain = `${secretName}-${key}-ca`;
  if (plain.length <= maxLength && certificateFormOf(plain) === 'configMap' && !plain.includes('.')) return plain;
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const word = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const room = maxLength - '-ca-'.length - digest.length;
  return `${`${secretName}-${word}`.slice(0, room).replace(/[-.]+$/, '')}-ca-${digest}`;
}
