import type { ConfigSource } from '../../config/config-source.ts';
import { createLookup } from '../../credentials/lookup.ts';
import { ownChoice } from '../../credentials/own-choice.ts';
import { type ReadReference, resolveReferences } from '../../credentials/resolve-delivery.ts';
import { type StorageRequest, storageRequestOf } from '../../credentials/storage-request.ts';
import { storageCredentialsName } from '../names.ts';
import type { NamespaceCredentialsSource } from '../namespace-credentials.ts';
import type { ProjectedSecrets } from '../projection/projected-secrets.ts';
import type { Projection } from '../projection/projection.ts';
import { createWriteRefusals } from '../projection/write-refusals.ts';
import type { Workloads } from '../workloads.ts';
import { type EffectiveEntry, ruleForUri, type StorageResolution } from './resolve-storage.ts';

const storageCredentialsShape = { name: storageCredentialsName, type: 'Opaque' } as const;

export interface StorageProjectionDeps {
  readonly credentials: NamespaceCredentialsSource;
  readonly workloads: Workloads;
  readonly projected: ProjectedSecrets;
  readonly read: ReadReference;
  readonly config: Pick<ConfigSource, 'current'>;
}

export interface StorageProjection extends Projection<StorageResolution> {
  /** By service: what says, besides the stage, how its models are read. Only of models that the stage has a word on. */
  ownChoices(
    resolved: StorageResolution,
    namespace: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** The entries of a namespace that models of its services are read with. */
export function createStorageProjection({
  credentials,
  workloads,
  projected,
  read,
  config,
}: StorageProjectionDeps): StorageProjection {
  /** What the workloads of a namespace read that somebody has a word on. Nothing else is looked up for. */
  async function usesOf(resolved: StorageResolution, namespace: string, signal: AbortSignal): Promise<Use[]> {
    if (resolved.rules.length === 0) return [];
    const uses = await Promise.all(
      workloads.of(namespace).map(async ({ service, pod }) => {
        const request = storageRequestOf(pod, namespace);
        if (!request || !speaksOf(resolved, request)) return [];
        const own = await ownChoiceOf(request, signal);
        return request.sources.map(({ uri }): Use => {
          const isMeant = request.entry !== undefined || ruleForUri(resolved, uri) !== undefined;
          return { service, uri, own: own(uri), isMeant };
        });
      }),
    );
    return uses.flat();
  }

  async function ownChoiceOf(
    request: StorageRequest,
    signal: AbortSignal,
  ): Promise<(uri: string) => string | undefined> {
    const found = await resolveReferences(
      (known) => {
        const lookup = createLookup(known);
        const own = ownChoice(request, lookup, config.current());
        if (lookup.unknown.length > 0) return { state: 'unknown', references: lookup.unknown };
        return { state: 'known', own } as const;
      },
      read,
      signal,
    );
    return found.own.of;
  }

  return {
    shape: storageCredentialsShape,
    projected,
    refusals: createWriteRefusals(),
    resolve: async (namespace, signal) => (await credentials.storageOf(namespace, signal)).resolution,
    async contentFor(resolved, namespace, signal) {
      const uses = await usesOf(resolved, namespace, signal);
      const needed = new Set(uses.flatMap(({ uri, own }) => (own === undefined ? entryOf(resolved, uri) : [])));
      if (needed.size === 0) return undefined;
      const contents = [...needed].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ credential }) => credential.content);
      return Object.assign({}, ...contents) as Record<string, string>;
    },
    async ownChoices(resolved, namespace, signal) {
      const uses = await usesOf(resolved, namespace, signal);
      const own = uses.filter((use) => use.own !== undefined && use.isMeant);
      return new Map(
        [...Map.groupBy(own, ({ service }) => service)].map(([service, some]) => [
          service,
          [...new Set(some.flatMap((use) => use.own ?? []))].sort(),
        ]),
      );
    },
  };
}

interface Use {
  readonly service: string;
  readonly uri: string;
  /** What of its own says how it is read. */
  readonly own: string | undefined;
  /** Whether the stage has, or may have, a word on it. */
  readonly isMeant: boolean;
}

/** Of an entry of the storage Secret only that knows the whole address, and it is the service's own choice. */
function speaksOf(resolved: StorageResolution, { sources, entry }: StorageRequest): boolean {
  return entry !== undefined || sources.some(({ uri }) => ruleForUri(resolved, uri) !== undefined);
}

function entryOf(resolved: StorageResolution, uri: string): EffectiveEntry[] {
  const outcome = ruleForUri(resolved, uri)?.outcome;
  return outcome && 'entry' in outcome ? [outcome.entry] : [];
}
