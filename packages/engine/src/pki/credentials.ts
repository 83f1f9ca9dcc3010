import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { createAuthority, createServerCertificate, type KeyPair } from '@serval/kube/certificates';
import { ensureDirectory, readIfPresent, writeSecretFile } from './files.ts';

const renewBeforeMs = 30 * 86_400_000;
const serviceNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

export interface Credentials {
  authority: KeyPair;
  server: KeyPair;
  /** Bearer token of the administrator. */
  token: string;
}

/**
 * Reads the authority, server certificate and token from `directory`, making what is missing. A server certificate
 * that is near its end, or does not name `host`, is made anew; the authority stays, so kubeconfigs stay valid.
 */
export async function loadCredentials(directory: string, host: string, nowMs: number): Promise<Credentials> {
  await ensureDirectory(directory);
  const authority =
    (await readPair(directory, 'ca')) ?? (await writePair(directory, 'ca', await createAuthority('serval-ca', nowMs)));
  const hosts = [...new Set(['localhost', '127.0.0.1', '::1', host, ...serviceNames])].filter(
    (name) => name !== '0.0.0.0',
  );
  let server = await readPair(directory, 'server');
  if (!server || !isUsable(server.certificate, authority.certificate, hosts, nowMs)) {
    server = await writePair(
      directory,
      'server',
      await createServerCertificate(authority, 'serval-engine', hosts, nowMs),
    );
  }
  const tokenPath = join(directory, 'token');
  let token = (await readIfPresent(tokenPath))?.trim();
  if (!token) {
    token = randomBytes(32).toString('base64url');
    await writeSecretFile(tokenPath, `${token}\n`);
  }
  return { authority, server, token };
}

function isUsable(pem: string, authorityPem: string, hosts: string[], nowMs: number): boolean {
  const certificate = new X509Certificate(pem);
  return (
    certificate.validToDate.getTime() - nowMs > renewBeforeMs &&
    certificate.verify(new X509Certificate(authorityPem).publicKey) &&
    hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)))
  );
}

async function readPair(directory: string, name: string): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all([
    readIfPresent(join(directory, `${name}.crt`)),
    readIfPresent(join(directory, `${name}.key`)),
  ]);
  return certificate && key ? { certificate, key } : undefined;
}

async function writePair(directory: string, name: string, pair: KeyPair): Promise<KeyPair> {
  await writeSecretFile(join(directory, `${name}.key`), pair.key);
  await writeSecretFile(join(directory, `${name}.crt`), pair.certificate);
  return pair;
}
