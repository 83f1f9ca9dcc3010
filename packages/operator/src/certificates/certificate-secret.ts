import type { X509Certificate } from 'node:crypto';
import type { Secret } from '@serval/kube/objects';
import { certificatesIn } from './check-certificate.ts';
import type { ServingCertificate } from './serving-certificate.ts';

/** What the Secret of a self-managed certificate holds. */
export interface CertificateState {
  readonly current?: ServingCertificate;
  /** Made and announced, not shown yet. */
  readonly next?: ServingCertificate;
  /** Those that callers are to trust. */
  readonly authorities: readonly X509Certificate[];
  /** When the last step of a renewal was taken, in milliseconds since the epoch. */
  readonly steppedAt: number;
}

/** When the last step of a renewal was taken. */
const steppedAtAnnotation = 'platform.serval.dev/certificate-stepped-at';
const keys = {
  cert: 'tls.crt',
  key: 'tls.key',
  authorities: 'ca.crt',
  nextCert: 'next.crt',
  nextKey: 'next.key',
} as const;

/** Reads leniently: a part that is not there or not whole is absent. */
export function readCertificateSecret(secret: Secret | undefined): CertificateState {
  const text = (key: string) => {
    const value = secret?.data?.[key];
    return typeof value === 'string' && value !== '' ? Buffer.from(value, 'base64').toString() : undefined;
  };
  const pair = (certKey: string, keyKey: string): ServingCertificate | undefined => {
    const cert = text(certKey);
    const key = text(keyKey);
    return cert && key ? { cert, key } : undefined;
  };
  const current = pair(keys.cert, keys.key);
  const next = pair(keys.nextCert, keys.nextKey);
  return {
    ...(current ? { current } : {}),
    ...(next ? { next } : {}),
    authorities: certificatesIn(text(keys.authorities)),
    steppedAt: Date.parse(secret?.metadata.annotations?.[steppedAtAnnotation] ?? '') || 0,
  };
}

/** The Secret that holds the state. What others wrote into it stays; its type cannot be changed, so it stays too. */
export function writeCertificateSecret(
  target: { namespace: string; name: string; labels: Readonly<Record<string, string>> },
  state: CertificateState & { current: ServingCertificate },
  old?: Secret,
): Secret {
  const { current, next, authorities, steppedAt } = state;
  const ours = new Set<string>(Object.values(keys));
  const kept = Object.entries(old?.data ?? {}).filter(([key]) => !ours.has(key));
  const texts = {
    [keys.cert]: current.cert,
    [keys.key]: current.key,
    [keys.authorities]: bundleOf(authorities),
    ...(next ? { [keys.nextCert]: next.cert, [keys.nextKey]: next.key } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...(old?.metadata ?? {}),
      namespace: target.namespace,
      name: target.name,
      labels: { ...old?.metadata.labels, ...target.labels },
      annotations: { ...old?.metadata.annotations, [steppedAtAnnotation]: new Date(steppedAt).toISOString() },
    },
    type: old?.type ?? 'kubernetes.io/tls',
    data: {
      ...Object.fromEntries(kept),
      ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    },
  };
}

/** PEM, one after the other. */
export function bundleOf(authorities: readonly X509Certificate[]): string {
  return authorities
    .map((authority) => authority.toString().trimEnd())
    .map((text) => `${text}\n`)
    .join('');
}
