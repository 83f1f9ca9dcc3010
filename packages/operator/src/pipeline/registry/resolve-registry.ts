import { deepEqual } from '@serval/kube/objects';
import {
  hostsOverlap,
  keyOfScope,
  narrowScope,
  parseRegistryScope,
  type RegistryCredential,
  type RegistryScope,
} from '@serval/storage/registry-credentials';
import type { Layer, LayerEntry, LayerName, SecretReference } from '../layers.ts';
import { type Claim, placeEntries } from '../place-entries.ts';
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
import { registryMatches } from './registry-sources.ts';
import type { PullContent } from './source-secret.ts';

/** A key of the docker config that a namespace gets, and where it is from. */
export interface EffectiveKey extends Origin {
  readonly key: string;
  readonly credential: RegistryCredential;
}

interface Candidate extends EffectiveKey {
  readonly scope: RegistryScope;
  /** Compared field by field: the larger one is nearer to the images. */
  readonly precision: readonly number[];
}

/**
 * The docker config of one namespace, from layers: stage, pipeline, platform. An entry gives those keys of its Secret that are for
 * images of its `match`, narrowed to it. What a nearer layer names masks every inherited key that can match an image on the same host,
 * whether the nearer credential can be had or not: kubelets try all keys that match, so a key that stays would be tried after the nearer one is revoked.
 * Pure.
 *
 * @param layers  the nearest first
 */
export function resolveRegistry(
  layers: readonly Layer[],
  read: (secret: SecretReference, of: LayerName) => Source<PullContent>,
): Resolution<EffectiveKey> {
  const effective: EffectiveKey[] = [];
  const dropped: DroppedKey[] = [];
  const problems: ResolutionProblem[] = [];
  const nearer: Claim<RegistryScope>[] = [];
  for (const { source, entries } of placeEntries(layers, registryMatches)) {
    const candidates: Candidate[] = [];
    const claims: Claim<RegistryScope>[] = [];
    for (const { entry, scope, mask } of entries) {
      const { match, secretRef: sourceRef } = entry;
      const at = { match, source, sourceRef };
      if (!scope) {
        problems.push({ ...at, reason: 'InvalidMatch', message: `"${match}" is no HOST[:PORT][/PATH]` });
        continue;
      }
      claims.push({ scope, match, source });
      if (mask) {
        dropped.push({ key: keyOfScope(scope), source, sourceRef, maskedBy: maskOf(mask) });
        continue;
      }
      const found = candidatesOf(entry, scope, source, read(sourceRef, source));
      problems.push(...found.problems);
      for (const candidate of found.candidates) {
        const own = nearer.find((claim) => hostsOverlap(claim.scope, candidate.scope));
        if (own) dropped.push({ key: candidate.key, source, sourceRef, maskedBy: maskOf(own) });
        else candidates.push(candidate);
      }
    }
    const chosen = mostPrecise(candidates);
    effective.push(...chosen.keys);
    problems.push(...chosen.problems);
    nearer.push(...claims);
  }
  return { effective: effective.sort((a, b) => compareText(a.key, b.key)), dropped, problems };
}

function candidatesOf(
  { match, secretRef: sourceRef }: LayerEntry,
  scope: RegistryScope,
  source: LayerName,
  secret: Source<PullContent>,
): { candidates: Candidate[]; problems: ResolutionProblem[] } {
  const at = { match, source, sourceRef };
  if (secret.state === 'failed') {
    return { candidates: [], problems: [{ ...at, reason: secret.reason, message: secret.message }] };
  }
  const candidates: Candidate[] = [];
  const problems: ResolutionProblem[] = [];
  for (const { key, credential } of secret.auths) {
    const own = parseRegistryScope(key);
    const both = own ? narrowScope(scope, own) : 'none';
    if (!own || both === 'none') continue;
    if (both === 'unclear') {
      const message = `"${match}" and key "${key}" of ${nameOfSecret(sourceRef)} have images in common that no key can say; name the host`;
      problems.push({ ...at, reason: 'AmbiguousMatch', message });
      continue;
    }
    const precision = [...precisionOf(scope), ...precisionOf(own)];
    const { revision, uid, grantedBy } = secret;
    const origin = { ...at, revision, uid, ...(grantedBy ? { grantedBy } : {}) };
    candidates.push({ ...origin, key: keyOfScope(both), credential, scope: both, precision });
  }
  if (candidates.length === 0 && problems.length === 0) {
    const keys = secret.auths.map(({ key }) => key).join(', ');
    const message = `${nameOfSecret(sourceRef)} has nothing for "${match}"; its keys are ${keys}`;
    problems.push({ ...at, reason: 'NoCredentialForMatch', message });
  }
  return { candidates, problems };
}

/** One candidate for each key: a docker config has no key twice. Two that are equally near to the images give nothing. */
function mostPrecise(candidates: readonly Candidate[]): { keys: EffectiveKey[]; problems: ResolutionProblem[] } {
  const keys: EffectiveKey[] = [];
  const problems: ResolutionProblem[] = [];
  for (const [key, rivals] of Map.groupBy(candidates, (candidate) => candidate.key)) {
    const sorted = rivals.toSorted((a, b) => comparePrecision(b, a));
    const [best] = sorted;
    if (!best) continue;
    const other = sorted.find(
      (rival) => comparePrecision(best, rival) === 0 && !deepEqual(rival.credential, best.credential),
    );
    if (other) {
      const { match, source, sourceRef } = best;
      const message = `"${key}" is given twice with different credentials, by ${nameOfSecret(sourceRef)} and ${nameOfSecret(other.sourceRef)}; leave one out`;
      problems.push({ reason: 'AmbiguousMatch', message, match, source, sourceRef });
      continue;
    }
    const { scope: _scope, precision: _precision, ...own } = best;
    keys.push(own);
  }
  return { keys, problems };
}

/** Longer paths, then fewer wildcards. */
function precisionOf({ labels, path }: RegistryScope): number[] {
  return [path.length, -labels.join('').split('*').length];
}

function comparePrecision(a: Candidate, b: Candidate): number {
  const index = a.precision.findIndex((value, at) => value !== b.precision[at]);
  return index < 0 ? 0 : (a.precision[index] ?? 0) - (b.precision[index] ?? 0);
}
