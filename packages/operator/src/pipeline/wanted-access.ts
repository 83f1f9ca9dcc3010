import {
  type CredentialGrant,
  credentialGrants,
  inferenceServices,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import { deepEqual, type KubeObject } from '@serval/kube/objects';
import type { WantedAccess } from '../access/may.ts';
import { reviewStageOf } from '../review/review-stage.ts';
import { layersOf, type StageOf } from './stage-layers.ts';

/** What a Role names for those who may have a Secret used for them. It lets nobody read it. */
const useVerb = 'use';

/**
 * What somebody must be allowed who writes an object, as the operator, which may more, acts on what it says: to use every Secret that it
 * names, and to make services in the namespaces of stages. Nothing where only metadata or status change. Pure.
 */
export function wantedAccess(object: KubeObject, old: KubeObject | undefined): WantedAccess[] {
  if (old && deepEqual(specOf(object), specOf(old))) return [];
  const wanted = accessByKind[object.kind]?.(object) ?? [];
  return wanted.filter((one, index) => wanted.findIndex((other) => deepEqual(one, other)) === index);
}

const accessByKind: Readonly<Record<string, (object: KubeObject) => WantedAccess[]>> = {
  [platformDefaults.kind]: (object) => {
    const defaults = object as PlatformDefaults;
    return secretsOf((field) => layersOf(defaults, undefined, field));
  },
  [pipelines.kind]: (object) => {
    const pipeline = object as Pipeline;
    const { group, plural: resource } = inferenceServices;
    const stages = pipeline.spec.stages.flatMap((stage) => {
      const of: StageOf = { pipeline, stage };
      return [
        { verb: 'create', group, resource, namespace: stage.namespace },
        ...secretsOf((field) => layersOf(undefined, of, field)),
      ];
    });
    // Environments have namespaces that nobody knows yet.
    const review: StageOf = { pipeline, stage: reviewStageOf(pipeline, '') };
    return [...stages, ...secretsOf((field) => layersOf(undefined, review, field))];
  },
  [credentialGrants.kind]: (object) => {
    const { metadata, spec } = object as CredentialGrant;
    return spec.to.map(({ name }) => useOf({ namespace: metadata.namespace ?? '', name }));
  },
};

function secretsOf(layers: (field: 'registryCredentials' | 'storageCredentials') => ReturnType<typeof layersOf>) {
  return (['registryCredentials', 'storageCredentials'] as const)
    .flatMap(layers)
    .flatMap(({ entries }) => entries.map(({ secretRef }) => useOf(secretRef)));
}

function useOf({ namespace, name }: { namespace: string; name: string }): WantedAccess {
  return { verb: useVerb, group: '', resource: 'secrets', namespace, name };
}

function specOf(object: KubeObject): unknown {
  return (object as { spec?: unknown }).spec;
}
