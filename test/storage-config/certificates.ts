import { X509Certificate } from 'node:crypto';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';

/** Certificates for a run of tests: nothing of them is kept. */
export interface Certificates {
  one: string;
  other: string;
  /** Two authorities, one after the other. */
  bundle: string;
  windows: string;
  expired: string;
  truncated: string;
  privateKey: string;
  commented: string;
}

export async function createCertificates(): Promise<Certificates> {
  const now = Date.now();
  const dayMs = 86_400_000;
  const one = await createAuthority('one', now);
  const other = await createAuthority('other', now);
  const expired = await createAuthority('expired', now - 20 * dayMs, 10 * dayMs);
  const server = await createServerCertificate(one, 'server', ['localhost'], now);
  const pem = (text: string) => `${text.trim()}\n`;
  return {
    one: pem(one.certificate),
    other: pem(other.certificate),
    bundle: pem(one.certificate) + pem(other.certificate),
    windows: pem(one.certificate).replaceAll('\n', '\r\n'),
    expired: pem(expired.certificate),
    truncated: pem(one.certificate).slice(0, 200),
    privateKey: pem(server.key),
    commented: `# authority one\n${pem(one.certificate)}`,
  };
}

/** Read by Node alone. */
export function fingerprintsOf(pem: string): string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [])
    .map((block) => new X509Certificate(block).fingerprint256)
    .toSorted();
}
