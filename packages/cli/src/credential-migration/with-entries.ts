import { type CredentialSet, type Pipeline, type PlatformDefaults, platformDefaultsName } from '@serval/api';
import type { CredentialField } from './credential-use.ts';
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
  return { ...found, spec: withSets(found.spec ?? {}, own, undefined) };
}

/** A pipeline as it will be; the same object where nothing is added. */
export function pipelineWith(pipeline: Pipeline, entries: readonly PlannedEntry[]): Pipeline {
  const own = entries.filter((entry) => isSame(entry.pipeline, pipeline));
  if (own.length === 0) return pipeline;
  const ofAll = own.filter(({ stage }) => stage === undefined);
  const namespace = pipeline.metadata.namespace;
  const stages = pipeline.spec.stages.map((stage) => {
    const ofStage = own.filter((entry) => entry.stage === stage.name);
    return ofStage.length === 0 ? stage : withSets(stage, ofStage, namespace);
  });
  return { ...pipeline, spec: withSets({ ...pipeline.spec, stages }, ofAll, namespace) };
}

function isSame(a: Pipeline | undefined, b: Pipeline): boolean {
  return a?.metadata.namespace === b.metadata.namespace && a?.metadata.name === b.metadata.name;
}

type Sets = { [Field in CredentialField]?: Pick<CredentialSet, 'entries'> };

/** @param home  namespace in which a Secret needs no namespace; undefined where all are in one */
function withSets<Holder extends Sets>(
  holder: Holder,
  entries: readonly PlannedEntry[],
  home: string | undefined,
): Holder {
  const sets = (['registryCredentials', 'storageCredentials'] as const).flatMap((field) => {
    const own = entries.filter((entry) => entry.field === field);
    if (own.length === 0) return [];
    const more = own.map(({ match, secretRef: { name, namespace } }) => ({
      match,
      secretRef: { name, ...(home !== undefined && namespace !== home ? { namespace } : {}) },
    }));
    return [[field, { ...holder[field], entries: [...(holder[field]?.entries ?? []), ...more] }]];
  });
  return { ...holder, ...Object.fromEntries(sets) };
}
