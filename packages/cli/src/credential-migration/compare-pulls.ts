import { foldedRegistryMatch, registryMatchProblem } from '@serval/api';
import { deepEqual, type Json } from '@serval/kube/objects';
import {
  type EffectiveKey,
  type LayerName,
  layersOf,
  type PullContent,
  resolveRegistry,
  type SecretReference,
  type Source,
} from '@serval/operator/credentials';
import {
  keyOfScope,
  matchRegistryEntries,
  parseRegistryScope,
  type RegistryCredential,
} from '@serval/storage/registry-credentials';
import type { CredentialUse } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { label, type PlannedSecret } from './plan-entries.ts';
import type { Workload } from './workloads.ts';
import { createHolders, mayRefer, type World } from './world.ts';

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
  secrets: KnownSecrets,
  before: World,
  after: World,
  planned: readonly PlannedSecret[],
): PullRow[] {
  const keysBefore = keysOf(before, secrets);
  const keysAfter = keysOf(after, secrets.with(planned));
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

/** Whether layers give a key already, with the same credential: nothing is to be added then. */
export function createGivenKeys(world: World, secrets: KnownSecrets): (use: CredentialUse) => boolean {
  const keys = keysOf(world, secrets);
  return ({ namespace, secretRef, match }) => {
    const scope = parseRegistryScope(match);
    const source = secrets.pull(label(secretRef));
    if (!scope || source?.state !== 'ready') return false;
    const given = keys(namespace).find(({ key }) => key === keyOfScope(scope));
    const own = source.auths.filter(({ key }) => foldedRegistryMatch(key) === match);
    return given !== undefined && own.length > 0 && own.every((auth) => isSame(auth, given));
  };
}

function keysOf(world: World, secrets: KnownSecrets): (namespace: string) => readonly EffectiveKey[] {
  const holder = createHolders(world.pipelines);
  const known = new Map<string, readonly EffectiveKey[]>();
  return (namespace) => {
    const there = known.get(namespace);
    if (there) return there;
    const of = holder(namespace);
    const read = (secret: SecretReference, layer: LayerName): Source<PullContent> =>
      (mayRefer(world, of, secret, layer, 'pull') ? secrets.pull(label(secret)) : undefined) ?? notKnown;
    const { effective } = resolveRegistry(layersOf(world.defaults, of, 'registryCredentials'), read);
    known.set(namespace, effective);
    return effective;
  };
}

const notKnown = { state: 'failed', reason: 'SecretNotFound', message: 'is not known' } as const;

type Entry = { key: string; credential: RegistryCredential; origin: Tried };

function ownEntries(namespace: string, name: string, secrets: KnownSecrets): Entry[] {
  const source = secrets.pull(`${namespace}/${name}`);
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

function isSame(a: Pick<Tried, 'credential'>, b: Pick<Tried, 'credential'>): boolean {
  return deepEqual(a.credential as unknown as Json, b.credential as unknown as Json);
}

/** Keys are written by anybody, and may hold a password where none belongs. */
function shownKey(key: string): string {
  return registryMatchProblem(key) === undefined ? key : 'a key that is no registry';
}
