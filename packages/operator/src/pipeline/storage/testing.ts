import type { Secret } from '@serval/kube/objects';
import type { SecretReference } from '../layers.ts';
import type { Source } from '../sources/source.ts';
import { type StorageContent, storageSources } from './storage-sources.ts';

/** A Secret with texts, each of which becomes one of its values. */
export function storageSecret(
  name: string,
  texts: Readonly<Record<string, string>>,
  change: Partial<Secret> = {},
): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'ns', name, uid: `uid-${name}`, resourceVersion: '7' },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const),
    ),
    ...change,
  };
}

/** Reads Secrets of a table; null for one that is gone. */
export function storageSourcesOf(secrets: Readonly<Record<string, Secret | null>>) {
  return ({ namespace, name }: SecretReference): Source<StorageContent> => {
    const secret = secrets[name];
    if (secret) return storageSources.parse(secret);
    return { state: 'failed', reason: 'SecretNotFound', message: `Secret ${namespace}/${name} does not exist` };
  };
}
