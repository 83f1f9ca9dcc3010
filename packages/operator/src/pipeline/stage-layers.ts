import {
  type CredentialSet,
  defaultCredentialNamespace,
  type OwnCredentialSet,
  type Pipeline,
  type PipelineStage,
  type PlatformDefaults,
} from '@serval/api';
import type { Layer, LayerName } from './layers.ts';

/** What decides over the credentials of a namespace: nothing but the platform, where it is no stage. */
export interface StageOf {
  readonly pipeline: Pipeline;
  readonly stage: PipelineStage;
}

type Field = 'registryCredentials' | 'storageCredentials';

/** The layers of a namespace, the nearest first. A Secret without a namespace is beside the object that names it. */
export function layersOf(defaults: PlatformDefaults | undefined, of: StageOf | undefined, field: Field): Layer[] {
  const own = of?.pipeline.metadata.namespace ?? '';
  return [
    ...(of ? [layer('Stage', of.stage[field], own), layer('Pipeline', of.pipeline.spec[field], own)] : []),
    layer('Platform', defaults?.spec?.[field], credentialNamespaceOf(defaults)),
  ];
}

export function credentialNamespaceOf(defaults: PlatformDefaults | undefined): string {
  return defaults?.spec?.credentialNamespace ?? defaultCredentialNamespace;
}

function layer(source: LayerName, set: CredentialSet | OwnCredentialSet | undefined, namespace: string): Layer {
  const inherit = set && 'inherit' in set && set.inherit === 'None' ? 'None' : 'PerHost';
  const entries = (set?.entries ?? []).map(({ match, secretRef }) => ({
    match,
    secretRef: { namespace: secretRef.namespace ?? namespace, name: secretRef.name },
  }));
  return { source, inherit, entries };
}
