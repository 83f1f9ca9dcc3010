import { X509Certificate } from 'node:crypto';

/** What a reader makes of one entry. `roots`: it reads the entry and knows of no certificate in it. */
export type Reading =
  | { verdict: 'trusts'; fingerprints: string[]; bucket: string | undefined }
  | { verdict: 'roots'; bucket: string | undefined }
  | { verdict: 'rejects'; reason: string };

/** A Secret, and what a Pod of its namespace could mount. */
export interface Surroundings {
  data: Readonly<Record<string, string>>;
  /** `cabundle.crt` by the name of the ConfigMap. */
  configMaps: Readonly<Record<string, string>>;
  /** Files that the container brings along. */
  files?: Readonly<Record<string, string>>;
}

export function rejects(reason: string): Reading {
  return { verdict: 'rejects', reason };
}

export function trusts(certificates: readonly X509Certificate[], bucket: string | undefined): Reading {
  return {
    verdict: 'trusts',
    fingerprints: certificates.map(({ fingerprint256 }) => fingerprint256).toSorted(),
    bucket,
  };
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** The certificates of a PEM text; `undefined` for one that cannot be read. */
export function certificateBlocks(text: string): (X509Certificate | undefined)[] {
  return [...text.matchAll(block)]
    .filter(([, label]) => label === 'CERTIFICATE')
    .map(([, , body = '']) => {
      try {
        return new X509Certificate(Buffer.from(body.replaceAll(/\s/g, ''), 'base64'));
      } catch {
        return undefined;
      }
    });
}

/** Go's `map[string]string`: an object of texts (null is an empty one) and nothing else. */
export function flatMap(text: string): Record<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const pairs = Object.entries(value as object);
  return pairs.every(([, each]) => typeof each === 'string' || each === null)
    ? Object.fromEntries(pairs.map(([name, each]) => [name, each ?? '']))
    : undefined;
}
