import { type CredentialGrant, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import type { Cache, Reflector } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import type { Metrics } from '../health/metrics.ts';
import { countCached } from '../health/own-cost.ts';
import { namespacesOfPipeline, nobodysReview } from '../review/review-stage.ts';
import { registrySources } from './registry/registry-sources.ts';
import { type EffectiveKey, resolveRegistry } from './registry/resolve-registry.ts';
import type { PullContent } from './registry/source-secret.ts';
import type { Resolution } from './resolution.ts';

import { createSourceCache, type SourceCache } from './sources/source-cache.ts';
import type { SourceContext } from './sources/source-reader.ts';
import { readSources } from './sources/source-reader.ts';
import { type Claim, claimOf, holderOf } from './stage-claims.ts';

import { credentialNamespaceOf, layersOf, type StageOf } from './stage-layers.ts';
import { resolveStorage, type StorageResolution } from './storage/resolve-storage.ts';
import { type StorageContent, storageSources } from './storage/storage-sources.ts';

/** The index of pipelines by the namespaces of their stages. */
export const stageNamespaceIndex = 'stageNamespace';
export const pipelineIndexes = {
  [stageNamespaceIndex]: namespacesOfPipeline,
};

interface CredentialCaches {
  readonly defaults: Cache<PlatformDefaults>;
  readonly pipelines: Cache<Pipeline> & Pick<Reflector<Pipeline>, 'byIndex'>;
  readonly grants: Cache<CredentialGrant>;
  readonly namespaces: Cache<KubeObject>;
}

export interface NamespaceCredentialsDeps {
  readonly caches: CredentialCaches;
  readonly read: ReadReference;
  readonly config: Pick<ConfigSource, 'current'>;
  /** The operator's own. */
  readonly home: string;
  readonly metrics?: Metrics | undefined;
}

/** What holds in one namespace. */
interface NamespaceCredentials<Resolved> {
  /** The stage that decides, if it is one. */
  readonly of: StageOf | undefined;
  readonly resolution: Resolved;
}

export interface NamespaceCredentialsSource {
  /** What images are pulled with. */
  of(namespace: string, signal: AbortSignal): Promise<NamespaceCredentials<Resolution<EffectiveKey>>>;
  /** What models are read with. */
  storageOf(namespace: string, signal: AbortSignal): Promise<NamespaceCredentials<StorageResolution>>;
  /** What is kept of Secrets that were read. */
  readonly sources: Pick<SourceCache<unknown>, 'size'>;
  /** What holds where nothing nearer is said: for images, and for models. */
  platform(signal: AbortSignal): Promise<Resolution<EffectiveKey>>;
  platformStorage(signal: AbortSignal): Promise<StorageResolution>;
  /** Whether a stage has its namespace. */
  claim(stage: StageOf): Claim;
}

/** What images are pulled and models are read with, by namespace, from caches. */
export function createNamespaceCredentials({
  caches,
  read,
  config,
  home,
  metrics,
}: NamespaceCredentialsDeps): NamespaceCredentialsSource {
  const { defaults, pipelines, grants, namespaces } = caches;
  const count = countCached('sources', metrics);
  const pullSources = createSourceCache<PullContent>({ count });
  const stores = createSourceCache<StorageContent>({ count });
  const platform = () => defaults.get('', platformDefaultsName);

  function claim(stage: StageOf): Claim {
    return claimOf(stage, {
      pipelines: pipelines.byIndex(stageNamespaceIndex, stage.stage.namespace),
      namespace: (name) => namespaces.get('', name),
      reserved: [home, credentialNamespaceOf(platform())],
    });
  }

  function stageOf(namespace: string): StageOf | undefined {
    const holder = holderOf(namespace, pipelines.byIndex(stageNamespaceIndex, namespace));
    const held = holder && claim(holder).state === 'held' ? holder : undefined;
    return held ?? nobodysReview(namespaces.get('', namespace));
  }

  const contextOf = (of: StageOf | undefined): SourceContext => ({
    of,
    credentialNamespace: credentialNamespaceOf(platform()),
    grants: grants.list(),
  });

  async function resolve(of: StageOf | undefined, signal: AbortSignal): Promise<Resolution<EffectiveKey>> {
    const layers = layersOf(platform(), of, 'registryCredentials');
    const sourceOf = await readSources(layers, registrySources, contextOf(of), read, pullSources, signal);
    return resolveRegistry(layers, sourceOf);
  }

  async function resolveStores(of: StageOf | undefined, signal: AbortSignal): Promise<StorageResolution> {
    const layers = layersOf(platform(), of, 'storageCredentials');
    const sourceOf = await readSources(layers, storageSources, contextOf(of), read, stores, signal);
    return resolveStorage(layers, sourceOf, config.current());
  }

  return {
    sources: { size: () => pullSources.size() + stores.size() },
    claim,
    platform: (signal) => resolve(undefined, signal),
    platformStorage: (signal) => resolveStores(undefined, signal),
    async of(namespace, signal) {
      const of = stageOf(namespace);
      return { of, resolution: await resolve(of, signal) };
    },
    async storageOf(namespace, signal) {
      const of = stageOf(namespace);
      return { of, resolution: await resolveStores(of, signal) };
    },
  };
}
