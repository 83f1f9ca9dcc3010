import { type CredentialSet, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import type { PlannedEntry } from './plan-entries.ts';

/** PlatformDefaults as they will be; the same object where nothing is added. */
export function defaultsWith(
  defaults: PlatformDefaults | undefined,
  entries: readonly PlannedEntry[],
): PlatformDefaults | undefined {
  const own = entries.filter(({ pipeline }) => !pipeline);
  if (own.length === 0) return defaults;
  const found: PlatformDefaults = defaults ?? {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'PlatformDefaults',
    metadata: { name: platformDefaultsName },
  };
  const { spec } = found;
  return { ...found, spec: { ...spec, registryCredentials: added(spec?.registryCredentials, own, undefined) } };
}

/** A pipeline as it will be; the same object where nothing is added. */
export function pipelineWith(pipeline: Pipeline, entries: readonly PlannedEntry[]): Pipeline {
  const own = entries.filter((entry) => isSame(entry.pipeline, pipeline));
  if (own.length === 0) return pipeline;
  const ofAll = own.filter(({ stage }) => stage === undefined);
  const namespace = pipeline.metadata.namespace;
  const stages = pipeline.spec.stages.map((stage) => {
    const ofStage = own.filter((entry) => entry.stage === stage.name);
    if (ofStage.length === 0) return stage;
    return { ...stage, registryCredentials: added(stage.registryCredentials, ofStage, namespace) };
  });
  const spec = { ...pipeline.spec, stages };
  if (ofAll.length > 0) spec.registryCredentials = added(spec.registryCredentials, ofAll, namespace);
  return { ...pipeline, spec };
}

function isSame(a: Pipeline | undefined, b: Pipeline): boolean {
  return a?.metadata.namespace === b.metadata.namespace && a?.metadata.name === b.metadata.name;
}

function added<Set extends Pick<CredentialSet, 'entries'>>(
  set: Set | undefined,
  entries: readonly PlannedEntry[],
  home: string | undefined,
): Set {
  const own = entries.map(({ match, secretRef: { name, namespace } }) => ({
    match,
    secretRef: { name, ...(home !== undefined && namespace !== home ? { namespace } : {}) },
  }));
  return { ...(set as Set), entries: [...(set?.entries ?? []), ...own] };
}
