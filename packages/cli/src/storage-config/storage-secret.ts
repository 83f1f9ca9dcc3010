import type { ConfigMap, Secret } from '@serval/kube/objects';
import { storageConfigLabel } from '@serval/operator/declarations';

/** A Secret with storage entries, wherever it was read. */
export interface StorageSecret {
  namespace: string;
  name: string;
  /** Decoded. What is no UTF-8 has a text that is no entry, and is never written back. */
  data: Record<string, string>;
  annotations: Record<string, string>;
}

/** Where a ConfigMap has its certificates (KServe). */
export const bundleKey = 'cabundle.crt';

export function isStorageSecret({ metadata }: Secret, secretName: string): boolean {
  const label = metadata.labels?.[storageConfigLabel];
  return metadata.name === secretName || (label !== undefined && label.toLowerCase() !== 'false');
}

/** `stringData` wins, as API servers have it. */
export function decodeSecret(secret: Secret, namespace: string): StorageSecret {
  const decoded = Object.entries(secret.data ?? {}).map(([key, value]) => [key, decodeBase64(value)]);
  return {
    namespace,
    name: secret.metadata.name ?? '',
    data: { ...(Object.fromEntries(decoded) as Record<string, string>), ...textsOf(secret.stringData) },
    annotations: textsOf(secret.metadata.annotations),
  };
}

export function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

export function bundleOf(configMap: ConfigMap): string | undefined {
  const text: unknown = configMap.data?.[bundleKey];
  return typeof text === 'string' ? text : undefined;
}

const notText = '\uFFFD';

function decodeBase64(value: unknown): string {
  if (typeof value !== 'string') return notText;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64'));
  } catch {
    return notText;
  }
}

function textsOf(stringData: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stringData ?? {}).map(([key, value]) => [key, typeof value === 'string' ? value : notText]),
  );
}
