import { createHmac } from 'node:crypto';
import type { ConfigMap, KubeObject, Secret } from '@serval/kube/objects';
import { secretTexts } from '../storage-config/secret-texts.ts';

/** Enough of a digest that two states never share it by chance. */
const shownCharacters = 32;

/** An object that a model's storage depends on, as it was read; nothing when it is not there. */
export interface SeenReference {
  readonly id: string;
  readonly object: KubeObject | undefined;
}

export interface ChecksumOptions {
  /** At least 32 bytes that nobody knows who may read Pods: a short secret could be guessed from a plain digest. */
  readonly key: Uint8Array;
  /** Name of the Secret with storage entries, of which only those count that the service may read: the given one, else the defaults. */
  readonly entries?: { readonly secret: string; readonly key?: string | undefined } | undefined;
}

/** A text that changes when the content of credentials or certificates changes, and tells nothing of them. */
export function credentialChecksum(seen: readonly SeenReference[], { key, entries }: ChecksumOptions): string {
  const digest = createHmac('sha256', key);
  for (const { id, object } of seen.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const content = object && contentOf(object, entries);
    // A service account's own content is what it names, which is among the others.
    if (content === undefined && object) continue;
    digest.update(JSON.stringify([id, content ?? null]));
  }
  return digest.digest('hex').slice(0, shownCharacters);
}

function contentOf(object: KubeObject, entries: ChecksumOptions['entries']): [string, string][] | undefined {
  if (object.kind === 'ConfigMap') return sorted((object as ConfigMap).data ?? {});
  if (object.kind !== 'Secret') return undefined;
  const texts = sorted(secretTexts(object as Secret));
  if (object.metadata.name !== entries?.secret) return texts;
  return texts.filter(([name]) => (entries?.key ? name === entries.key : /^default(_|$)/.test(name)));
}

function sorted(data: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
}
