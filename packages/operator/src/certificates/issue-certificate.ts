import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import { certificateLifeMs, type Issued } from './renewal.ts';

/** A new authority and the one certificate that it ever signs. */
export async function issueCertificate(hosts: readonly string[], nowMs: number): Promise<Issued> {
  // Told apart by name too: verifiers look for an issuer by name first.
  const stamp = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14);
  const authority = await createAuthority(`serval-webhook-ca-${stamp}`, nowMs, certificateLifeMs);
  const served = await createServerCertificate(authority, 'serval-webhook', hosts, nowMs, certificateLifeMs);
  return { authority: authority.certificate, certificate: { cert: served.certificate, key: served.key } };
}
