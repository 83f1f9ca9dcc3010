import {
  holderOf,
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
import type { Verdict, World } from './compare-pulls.ts';
import { contentOf, type SecretsRead, secretAt } from './credential-use.ts';
import { label, type PlannedSecret } from './plan-entries.ts';
import { ownSecretFor } from './read-uses.ts';
import type { Workload } from './workloads.ts';

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
  secrets: SecretsRead,
  before: World,
  after: World,
  planned: readonly PlannedSecret[],
): ReadRow[] {
  const later = new Map(secrets);
  for (const { from, to } of planned) {
    const read = secrets.get(label(from));
    if (read) later.set(label(to), read);
  }
  const rows = workloads.flatMap((workload) =>
    (workload.namesEntry ? [] : workload.models).map((uri): ReadRow => {
      const { namespace, service } = workload;
      const now = ownRead(workload, uri, secrets) ?? layerRead(namespace, uri, before, secrets);
      const coming = layerRead(namespace, uri, after, later);
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

function ownRead(workload: Workload, uri: string, secrets: SecretsRead): Read | undefined {
  const own = ownSecretFor(workload, uri, secrets);
  if (!own) return undefined;
  const secret = `${workload.namespace}/${own.name}`;
  return { shown: secret, secret, isOwn: true, content: contentAt(secrets, secret) };
}

function layerRead(namespace: string, uri: string, world: World, secrets: SecretsRead): Read | undefined {
  const read = (reference: SecretReference): Source<StorageContent> => {
    const secret = secretAt(secrets, label(reference));
    if (secret) return storageSources.parse(secret);
    return { state: 'failed', reason: 'SecretNotFound', message: 'was not read' };
  };
  const layers = layersOf(world.defaults, holderOf(namespace, world.pipelines), 'storageCredentials');
  const rule = ruleForUri(resolveStorage(layers, read, defaultServingConfig), uri);
  if (!rule || !('entry' in rule.outcome)) return undefined;
  const { source, sourceRef, match } = rule.outcome.entry;
  const secret = label(sourceRef);
  return { shown: `${source} ${secret} (${match})`, secret, isOwn: false, content: contentAt(secrets, secret) };
}

function contentAt(secrets: SecretsRead, name: string): string | undefined {
  const secret = secretAt(secrets, name);
  return secret && contentOf(secret);
}
