import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '@serval/kube/certificates';

/** Paths of a certificate and its key, for `create secret tls`. */
export async function loadTestCertificate(directory: string): Promise<{ certificate: string; key: string }> {
  const pair = await createAuthority('conformance', Date.now());
  const files = { certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  await writeFile(files.certificate, pair.certificate);
  await writeFile(files.key, pair.key);
  return files;
}
