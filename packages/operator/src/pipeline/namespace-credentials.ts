import { type CredentialGrant, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import type { Cache, Reflector } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import type { Metrics } from '../health/metrics.ts';
import { countCached } from '../health/own-cost.ts';
import { namespacesOfPipeline, nobodysReview } from '../review/review-stage.ts';
import { registrySources } from './registry/registry-sources.ts';
import { type EffectiveKey, resolveRegistry } from './registry/resolve-registry.ts';
import type { PullContent } from './registry/source-secret.ts';
import type { Resolution } from './resolution.ts';
import { createSourceCache, type SourceCache } from './sources/source-cache.ts';
import { readSources } from './sources/source-reader.ts';
import { type Claim, claimOf, holderOf } from './stage-claims.ts';
import { credentialNamespaceOf, layersOf, type StageOf } from './stage-layers.ts';

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
  /** The operator's own. */
  readonly home: string;
  readonly metrics?: Metrics | undefined;
}

/** What holds in one namespace. */
interface NamespaceCredentials {
  /** The stage that decides, if it is one. */
  readonly of: StageOf | undefined;
  readonly resolution: Resolution<EffectiveKey>;
}

export interface NamespaceCredentialsSource {
  of(namespace: string, signal: AbortSignal): Promise<NamespaceCredentials>;
  /** What is kept of Secrets that were read. */
  readonly sources: Pick<SourceCache<unknown>, 'size'>;
  /** What holds where nothing nearer is said. */
  platform(signal: AbortSignal): Promise<Resolution<EffectiveKey>>;
  /** Whether a stage has its namespace. */
  claim(stage: StageOf): Claim;
}

/** What images are pulled with, by namespace, from caches. */
export function createNamespaceCredentials({
  caches,
  read,
  home,
  metrics,
}: NamespaceCredentialsDeps): NamespaceCredentialsSource {
  const { defaults, pipelines, grants, namespaces } = caches;
  const kept = createSourceCache<PullContent>({ count: countCached('sources', metrics) });
  const platform = () => defaults.get('', platformDefaultsName);

  function claim(stage: StageOf): Claim {
    return claimOf(stage, {
      pipelines: pipelines.byIndex(stageNamespaceIndex, stage.stage.namespace),
      namespace: (name) => namespaces.get('', name),
      reserved: [home, credentialNamespaceOf(platform())],
    });
  }

  async function resolve(of: StageOf | undefined, signal: AbortSignal): Promise<Resolution<EffectiveKey>> {
    const layers = layersOf(platform(), of, 'registryCredentials');
    const context = { of, credentialNamespace: credentialNamespaceOf(platform()), grants: grants.list() };
    return resolveRegistry(layers, await readSources(layers, registrySources, context, read, kept, signal));
  }

  return {
    sources: kept,
    claim,
    platform: (signal) => resolve(undefined, signal),
    async of(namespace, signal) {
      const holder = holderOf(namespace, pipelines.byIndex(stageNamespaceIndex, namespace));
      const held = holder && claim(holder).state === 'held' ? holder : undefined;
      const of = held ?? nobodysReview(namespaces.get('', namespace));
      return { of, resolution: await resolve(of, signal) };
    },
  };
}
