import {
  type LayerName,
  layersOf,
  resolveStorage,
  ruleForUri,
  type SecretReference,
  type Source,
  type StorageContent,
  storageSources,
} from '@serval/operator/credentials';
import { defaultServingConfig } from '@serval/operator/declarations';
import { redactUri } from '@serval/storage';
import type { Verdict } from './compare-pulls.ts';
import type { CredentialUse } from './credential-use.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { label, type PlannedSecret } from './plan-entries.ts';
import { ownSecretFor } from './read-uses.ts';
import type { Workload } from './workloads.ts';
import { createHolders, mayRefer, type World } from './world.ts';

/** A model of a service, what it is read with today, and what its layers give it alone then. */
export interface ReadRow {
  namespace: string;
  service: string;
  /** Without user and signature. */
  model: string;
  before: string[];
  after: string[];
  verdict: Verdict;
  /** The Secret of today whose content is not used then. */
  lost: string[];
}

interface Read {
  shown: string;
  secret: string;
  isOwn: boolean;
  content: string | undefined;
}

/** Reads of today against those of the layers alone: without the Secrets that ServiceAccounts have. */
export function compareReads(
  workloads: readonly Workload[],
  secrets: KnownSecrets,
  before: World,
  after: World,
  planned: readonly PlannedSecret[],
): ReadRow[] {
  const readBefore = readsOf(before, secrets);
  const readAfter = readsOf(after, secrets.with(planned));
  const rows = workloads.flatMap((workload) =>
    (workload.namesEntry ? [] : workload.models).map((uri): ReadRow => {
      const { namespace, service } = workload;
      const now = ownRead(workload, uri, secrets) ?? readBefore(namespace, uri);
      const coming = readAfter(namespace, uri);
      const isSame = now && coming && now.content !== undefined && now.content === coming.content;
      return {
        namespace,
        service,
        model: redactUri(uri),
        before: now ? [now.shown] : [],
        after: coming ? [coming.shown] : [],
        verdict: verdictOf(now, coming),
        lost: now && !isSame ? [now.secret] : [],
      };
    }),
  );
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function verdictOf(now: Read | undefined, coming: Read | undefined): Verdict {
  if (!now) return coming ? 'More' : 'None';
  if (!coming) return now.isOwn ? 'Own' : 'Lost';
  return now.content !== undefined && now.content === coming.content ? 'Same' : 'Other';
}

function ownRead(workload: Workload, uri: string, secrets: KnownSecrets): Read | undefined {
  const own = ownSecretFor(workload, uri, secrets);
  if (!own) return undefined;
  const secret = `${workload.namespace}/${own.name}`;
  return { shown: secret, secret, isOwn: true, content: secrets.content(secret) };
}

/** Whether layers give what a place is read with already. */
export function createGivenReads(world: World, secrets: KnownSecrets): (use: CredentialUse) => boolean {
  const reads = readsOf(world, secrets);
  return ({ namespace, match, content }) => reads(namespace, match)?.content === content;
}

function readsOf(world: World, secrets: KnownSecrets): (namespace: string, uri: string) => Read | undefined {
  const holder = createHolders(world.pipelines);
  const known = new Map<string, ReturnType<typeof resolveStorage>>();
  const resolved = (namespace: string) => {
    const there = known.get(namespace);
    if (there) return there;
    const of = holder(namespace);
    const read = (reference: SecretReference, layer: LayerName): Source<StorageContent> => {
      const secret = mayRefer(world, of, reference, layer, 'read') ? secrets.secret(label(reference)) : undefined;
      return secret ? storageSources.parse(secret) : notKnown;
    };
    const found = resolveStorage(layersOf(world.defaults, of, 'storageCredentials'), read, defaultServingConfig);
    known.set(namespace, found);
    return found;
  };
  return (namespace, uri) => {
    const rule = ruleForUri(resolved(namespace), uri);
    if (!rule || !('entry' in rule.outcome)) return undefined;
    const { source, sourceRef, match } = rule.outcome.entry;
    const secret = label(sourceRef);
    return { shown: `${source} ${secret} (${match})`, secret, isOwn: false, content: secrets.content(secret) };
  };
}

const notKnown = { state: 'failed', reason: 'SecretNotFound', message: 'is not known' } as const;
