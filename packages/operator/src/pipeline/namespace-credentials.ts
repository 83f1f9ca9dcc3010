import { type CredentialGrant, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import type { Cache, Reflector } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import { registrySources } from './registry/registry-sources.ts';
import { type EffectiveKey, resolveRegistry } from './registry/resolve-registry.ts';
import type { PullContent } from './registry/source-secret.ts';
import type { Resolution } from './resolution.ts';
import { readSources, type SourceCache } from './sources/source-reader.ts';
import { type Claim, claimOf, holderOf } from './stage-claims.ts';
import { credentialNamespaceOf, layersOf, type StageOf } from './stage-layers.ts';

/** The index of pipelines by the namespaces of their stages. */
export const stageNamespaceIndex = 'stageNamespace';
export const pipelineIndexes = {
  [stageNamespaceIndex]: ({ spec }: Pipeline): string[] => spec.stages.map(({ namespace }) => namespace),
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
}

/** What holds in one namespace. */
interface NamespaceCredentials {
  /** The stage that decides, if it is one. */
  readonly of: StageOf | undefined;
  readonly resolution: Resolution<EffectiveKey>;
}

export interface NamespaceCredentialsSource {
  of(namespace: string, signal: AbortSignal): Promise<NamespaceCredentials>;
  /** Whether a stage has its namespace. */
  claim(stage: StageOf): Claim;
}

/** What images are pulled with, by namespace, from caches. */
export function createNamespaceCredentials({
  caches,
  read,
  home,
}: NamespaceCredentialsDeps): NamespaceCredentialsSource {
  const { defaults, pipelines, grants, namespaces } = caches;
  const kept: SourceCache<PullContent> = new Map();
  const platform = () => defaults.get('', platformDefaultsName);

  function claim(stage: StageOf): Claim {
    return claimOf(stage, {
      pipelines: pipelines.byIndex(stageNamespaceIndex, stage.stage.namespace),
      namespace: (name) => namespaces.get('', name),
      reserved: [home, credentialNamespaceOf(platform())],
    });
  }

  return {
    claim,
    async of(namespace, signal) {
      const holder = holderOf(namespace, pipelines.byIndex(stageNamespaceIndex, namespace));
      const of = holder && claim(holder).state === 'held' ? holder : undefined;
      const layers = layersOf(platform(), of, 'registryCredentials');
      const context = { of, credentialNamespace: credentialNamespaceOf(platform()), grants: grants.list() };
      const sourceOf = await readSources(layers, registrySources, context, read, kept, signal);
      return { of, resolution: resolveRegistry(layers, sourceOf) };
    },
  };
}
