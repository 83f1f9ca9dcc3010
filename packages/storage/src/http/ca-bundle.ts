import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';

/**
 * The PEM file that the first set variable of `names` points to, or KServe's global bundle (`CA_BUNDLE_CONFIGMAP_NAME` with
 * `CA_BUNDLE_VOLUME_MOUNT_POINT`). `undefined` when nothing is set.
 * @throws StorageError InvalidConfiguration when the file cannot be read or holds no certificate
 */
export async function readCaBundle(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Promise<string | undefined> {
  const name = names.find((each) => environment[each]);
  const mountPoint = environment['CA_BUNDLE_CONFIGMAP_NAME'] && environment['CA_BUNDLE_VOLUME_MOUNT_POINT'];
  const path = name ? environment[name]! : mountPoint ? join(mountPoint, 'cabundle.crt') : undefined;
  if (path === undefined) return undefined;
  const variable = name ?? 'CA_BUNDLE_VOLUME_MOUNT_POINT';
  const pem = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new StorageError('InvalidConfiguration', `${variable} names ${path}, which cannot be read`, {
      cause,
      details: { path },
    });
  });
  const { X509Certificate } = await import('node:crypto');
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) {
    throw new StorageError('InvalidConfiguration', `${path} (${variable}) holds no PEM certificate`, {
      details: { path },
    });
  }
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new StorageError('InvalidConfiguration', `certificate ${index + 1} in ${path} (${variable}) is malformed`, {
        cause,
        details: { path },
      });
    }
  }
  return certificates.join('\n');
}
