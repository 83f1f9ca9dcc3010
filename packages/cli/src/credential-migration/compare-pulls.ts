import { type Pipeline, type PlatformDefaults, registryMatchProblem } from '@serval/api';
import { deepEqual, type Json } from '@serval/kube/objects';
import {
  type EffectiveKey,
  holderOf,
  layersOf,
  type PullContent,
  resolveRegistry,
  type SecretReference,
  type Source,
} from '@serval/operator/credentials';
import { matchRegistryEntries, type RegistryCredential } from '@serval/storage/registry-credentials';
import type { SecretsRead } from './credential-use.ts';
import { pullSource } from './key-uses.ts';
import { label, type PlannedSecret } from './plan-entries.ts';
import type { Workload } from './workloads.ts';

/** What holds in a cluster, or will. */
export interface World {
  defaults: PlatformDefaults | undefined;
  pipelines: readonly Pipeline[];
}

/**
 * `Same`: the same credentials, in any order. `Fewer`: some that are tried today are not any more. `More`: further ones. `Other`: others.
 * `Own`: none of layers, so that its own pull secrets must stay. `Lost`: none any more. `None`: neither today nor then.
 */
export type Verdict = 'Same' | 'Fewer' | 'More' | 'Other' | 'Own' | 'Lost' | 'None';

/** An image of a service, what is tried for it today, and what its layers give it alone then. */
export interface PullRow {
  namespace: string;
  service: string;
  image: string;
  /** `fraud-dev/pull (ghcr.io)`, in the order in which a kubelet tries them. */
  before: string[];
  /** `Pipeline team-a/pull (ghcr.io/)`. */
  after: string[];
  verdict: Verdict;
  /** Secrets of today whose credentials are not tried then. */
  lost: string[];
}

interface Tried {
  shown: string;
  secret: string;
  /** Of the service, its ServiceAccount or its Pods, and not of a layer. */
  isOwn: boolean;
  credential: RegistryCredential;
}

/** Pulls of today against those of the layers alone: with pull secrets that people wrote taken out, which is what the guarantee holds for. */
export function comparePulls(
  workloads: readonly Workload[],
  secrets: SecretsRead,
  before: World,
  after: World,
  planned: readonly PlannedSecret[],
): PullRow[] {
  const later = new Map(secrets);
  for (const { from, to } of planned) {
    const source = secrets.get(label(from));
    if (source) later.set(label(to), source);
  }
  const keysBefore = keysOf(before, secrets);
  const keysAfter = keysOf(after, later);
  const rows = workloads.flatMap(({ namespace, service, images, pullSecrets }) =>
    images.map((image): PullRow => {
      const own = pullSecrets.flatMap(({ name }) => ownEntries(namespace, name, secrets));
      const projected = keysBefore(namespace).map(projectedEntry);
      const now = tried([...own, ...projected], image);
      const coming = tried(keysAfter(namespace).map(projectedEntry), image);
      const lost = now.filter((a) => !coming.some((b) => isSame(a, b)));
      return {
        namespace,
        service,
        image,
        before: now.map(({ shown }) => shown),
        after: coming.map(({ shown }) => shown),
        verdict: verdictOf(now, coming, lost),
        lost: [...new Set(lost.map(({ secret }) => secret))],
      };
    }),
  );
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function verdictOf(before: readonly Tried[], after: readonly Tried[], lost: readonly Tried[]): Verdict {
  if (before.length === 0) return after.length === 0 ? 'None' : 'More';
  // What people wrote stays until they take it out; what a layer gave is gone when it is masked.
  if (after.length === 0) return before.some(({ isOwn }) => isOwn) ? 'Own' : 'Lost';
  const hasMore = after.some((a) => !before.some((b) => isSame(a, b)));
  if (lost.length === 0) return hasMore ? 'More' : 'Same';
  return hasMore ? 'Other' : 'Fewer';
}

function keysOf({ defaults, pipelines }: World, secrets: SecretsRead): (namespace: string) => readonly EffectiveKey[] {
  const read = (secret: SecretReference): Source<PullContent> =>
    pullSource(secrets, label(secret)) ?? { state: 'failed', reason: 'SecretNotFound', message: 'was not read' };
  const known = new Map<string, readonly EffectiveKey[]>();
  return (namespace) => {
    const layers = layersOf(defaults, holderOf(namespace, pipelines), 'registryCredentials');
    const keys = known.get(namespace) ?? resolveRegistry(layers, read).effective;
    known.set(namespace, keys);
    return keys;
  };
}

type Entry = { key: string; credential: RegistryCredential; origin: Tried };

function ownEntries(namespace: string, name: string, secrets: SecretsRead): Entry[] {
  const source = pullSource(secrets, `${namespace}/${name}`);
  if (source?.state !== 'ready') return [];
  const secret = `${namespace}/${name}`;
  return source.auths.map(({ key, credential }) => ({
    key,
    credential,
    origin: { shown: `${secret} (${shownKey(key)})`, secret, isOwn: true, credential },
  }));
}

function projectedEntry({ key, credential, source, sourceRef }: EffectiveKey): Entry {
  const secret = label(sourceRef);
  return { key, credential, origin: { shown: `${source} ${secret} (${key})`, secret, isOwn: false, credential } };
}

function tried(entries: readonly Entry[], image: string): Tried[] {
  return matchRegistryEntries(entries, image).map(({ origin }) => origin);
}

function isSame(a: Tried, b: Tried): boolean {
  return deepEqual(a.credential as unknown as Json, b.credential as unknown as Json);
}

/** Keys are written by anybody, and may hold a password where none belongs. */
function shownKey(key: string): string {
  return registryMatchProblem(key) === undefined ? key : 'a key that is no registry';
}
