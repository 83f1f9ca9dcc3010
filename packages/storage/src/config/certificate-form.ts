import type { CertificateSource } from './model.ts';
import { looksLikeEncodedPem, looksLikePem } from './pem.ts';

/** PEM is PEM wherever it stands, a path is absolute, a ConfigMap has a DNS name (RFC 1123). `undefined`: none of the three. */
export function certificateFormOf(value: string): CertificateSource['source'] | undefined {
  const text = value.trim();
  if (looksLikePem(text)) return 'inline';
  if (/^\/[^\p{Cc}]{1,4095}$/u.test(text)) return 'path';
  if (looksLikeEncodedPem(text)) return undefined;
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)
    ? 'configMap'
    : undefined;
}
