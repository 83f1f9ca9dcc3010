import { createHash } from 'node:crypto';
import { parseStorageScope, type StorageScope, scopeContains } from '@serval/api';
import { deepEqual } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { Layer, LayerEntry, LayerName, SecretReference } from '../layers.ts';
import { storageCredentialsName } from '../names.ts';
import { placeEntries } from '../place-entries.ts';
import {
  compareText,
  type DroppedKey,
  maskOf,
  nameOfSecret,
  type Origin,
  type Resolution,
  type ResolutionProblem,
} from '../resolution.ts';
import type { Source } from '../sources/source.ts';
import { credentialOf, type StorageCredential } from './storage-credential.ts';
import { type StorageContent, storageMatches } from './storage-sources.ts';

/** A credential that models below an address are read with. */
export interface EffectiveEntry extends Origin {
  /** The address, as all write it that mean the same. */
  readonly key: string;
  /** Begins its keys in the projected Secret. */
  readonly id: string;
  readonly credential: StorageCredential;
}

/** What is said about the addresses below a scope. */
interface Rule {
  readonly scope: StorageScope;
  readonly outcome: { readonly entry: EffectiveEntry } | { readonly problem: ResolutionProblem };
}

export interface StorageResolution extends Resolution<EffectiveEntry> {
  /** Of the layer that speaks about a store, with what gives nothing. */
  readonly rules: readonly Rule[];
}

/**
 * What models are read with in one namespace, from layers: stage, pipeline, platform. The nearest layer with a word on a bucket, account or host has
 * the only one, whether its credential can be had or not. Pure.
 *
 * @param layers  the nearest first
 */
export function resolveStorage(
  layers: readonly Layer[],
  read: (secret: SecretReference, of: LayerName) => Source<StorageContent>,
  config: ServingConfig,
): StorageResolution {
  const rules: Rule[] = [];
  const dropped: DroppedKey[] = [];
  const invalid: ResolutionProblem[] = [];
  for (const { source, entries } of placeEntries(layers, storageMatches)) {
    const own: Rule[] = [];
    for (const { entry, scope, mask } of entries) {
      const { match, secretRef: sourceRef } = entry;
      if (!scope) {
        const message = `"${match}" is no SCHEME://PLACE[/PATH] that models are read from with a credential`;
        invalid.push({ match, source, sourceRef, reason: 'InvalidMatch', message });
      } else if (mask) {
        dropped.push({ key: scope.text, source, sourceRef, maskedBy: maskOf(mask) });
      } else {
        own.push({ scope, outcome: outcomeOf(entry, scope, source, read(sourceRef, source), config) });
      }
    }
    rules.push(...oneForEach(own));
  }
  const effective = rules.flatMap(({ outcome }) => ('entry' in outcome ? [outcome.entry] : []));
  const problems = rules.flatMap(({ outcome }) => ('problem' in outcome ? [outcome.problem] : []));
  return {
    effective: effective.sort((a, b) => compareText(a.key, b.key)),
    dropped,
    problems: [...invalid, ...problems],
    rules,
  };
}

/** What is said about an address: by the longest path, and by nothing else where that gives nothing. */
export function ruleFor({ rules }: StorageResolution, address: StorageScope): Rule | undefined {
  const fitting = rules.filter(({ scope }) => scopeContains(scope, address));
  return fitting.sort((a, b) => b.scope.path.length - a.scope.path.length)[0];
}

/** The same by an address as it is written. */
export function ruleForUri(resolution: StorageResolution, uri: string): Rule | undefined {
  const scope = parseStorageScope(uri);
  return scope && ruleFor(resolution, scope);
}

function outcomeOf(
  { match, secretRef: sourceRef }: LayerEntry,
  scope: StorageScope,
  source: LayerName,
  secret: Source<StorageContent>,
  config: ServingConfig,
): Rule['outcome'] {
  const at = { match, source, sourceRef };
  if (secret.state === 'failed') return { problem: { ...at, reason: secret.reason, message: secret.message } };
  const id = idOf(scope);
  const credential = credentialOf(secret.secret, scope, { id, target: storageCredentialsName }, config);
  if ('reason' in credential) return { problem: { ...at, ...credential } };
  const { revision, uid, grantedBy } = secret;
  return { entry: { ...at, key: scope.text, id, credential, revision, uid, ...(grantedBy ? { grantedBy } : {}) } };
}

/** Of two for the same addresses, one of which gives nothing or something else, neither counts. */
function oneForEach(rules: readonly Rule[]): Rule[] {
  return [...Map.groupBy(rules, ({ scope }) => scope.text).values()].flatMap((rivals) => {
    const [first, ...others] = rivals;
    if (!first) return [];
    const failed = rivals.find(({ outcome }) => 'problem' in outcome);
    if (failed || !('entry' in first.outcome)) return [failed ?? first];
    const { key, match, source, sourceRef, credential } = first.outcome.entry;
    const other = others
      .flatMap(({ outcome }) => ('entry' in outcome ? [outcome.entry] : []))
      .find((rival) => !deepEqual(rival.credential, credential));
    if (!other) return [first];
    const message = `"${key}" is given twice with different credentials, by ${nameOfSecret(sourceRef)} and ${nameOfSecret(other.sourceRef)}; leave one out`;
    return [{ ...first, outcome: { problem: { reason: 'AmbiguousMatch', message, match, source, sourceRef } } }];
  });
}

/** Keys of Secrets have letters, digits, `-`, `_` and `.` only; what is cut off of the address is told apart by the digest. */
function idOf({ text }: StorageScope): string {
  const readable = text.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
  return `${readable}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}`;
}
