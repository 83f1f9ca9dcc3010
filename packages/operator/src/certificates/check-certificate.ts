import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ServingCertificate } from './serving-certificate.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Each certificate of a bundle that can be read. */
export function certificatesIn(bundle: string | undefined): X509Certificate[] {
  return (bundle?.match(pemBlock) ?? []).flatMap((text) => {
    try {
      return [new X509Certificate(text)];
    } catch {
      return [];
    }
  });
}

/** When it ends, in milliseconds since the epoch. */
export function endOf(certificate: X509Certificate): number {
  return certificate.validToDate.getTime();
}

export function startOf(certificate: X509Certificate): number {
  return certificate.validFromDate.getTime();
}

/** The certificate of a chain that is shown to callers. */
export function leafOf({ cert }: ServingCertificate): X509Certificate | undefined {
  return certificatesIn(cert)[0];
}

/** What keeps a certificate from being shown at all, or nothing. */
export function faultOfPair(certificate: ServingCertificate): string | undefined {
  const leaf = leafOf(certificate);
  if (!leaf) return 'it is no PEM certificate';
  try {
    if (leaf.checkPrivateKey(createPrivateKey(certificate.key))) return undefined;
    return 'its key is that of another certificate';
  } catch {
    // The library's own message may quote what it could not read.
    return 'its key cannot be read';
  }
}

/** What keeps callers from accepting a certificate, or nothing. */
export function faultOf(certificate: ServingCertificate, hosts: readonly string[], nowMs: number): string | undefined {
  const fault = faultOfPair(certificate);
  const leaf = leafOf(certificate);
  if (fault || !leaf) return fault;
  if (nowMs >= endOf(leaf)) return `it ended at ${leaf.validToDate.toISOString()}`;
  if (nowMs < startOf(leaf)) return `it begins at ${leaf.validFromDate.toISOString()}`;
  const missing = hosts.filter((host) => leaf.checkHost(host) === undefined);
  return missing.length > 0 ? `it is not for ${missing.join(', ')}` : undefined;
}

/** Whether one of the authorities signed the certificate and has not ended. */
export function isTrusted(
  certificate: ServingCertificate,
  authorities: readonly X509Certificate[],
  nowMs: number,
): boolean {
  const leaf = leafOf(certificate);
  return leaf !== undefined && authorities.some((authority) => nowMs < endOf(authority) && signed(authority, leaf));
}

export function signed(authority: X509Certificate, leaf: X509Certificate): boolean {
  return leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
}
