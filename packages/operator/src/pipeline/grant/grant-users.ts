import type { CredentialGrant, CredentialGrantStatus, CredentialUse, Pipeline } from '@serval/api';
import { grantFor } from '../grants.ts';
import { layersThatCount } from '../layers.ts';
import { layersOf } from '../stage-layers.ts';

const fields = [
  ['pull', 'registryCredentials'],
  ['read', 'storageCredentials'],
] as const satisfies readonly (readonly [CredentialUse, string])[];

/** Pipelines with those of their stages that refer to what a grant lends them, sorted. Pure. */
export function grantUsers(
  grant: CredentialGrant,
  pipelines: readonly Pipeline[],
): NonNullable<CredentialGrantStatus['usedBy']> {
  return pipelines
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .flatMap((pipeline) => {
      const { namespace = '', name = '' } = pipeline.metadata;
      const stages = pipeline.spec.stages.filter((stage) =>
        fields.some(([use, field]) =>
          layersThatCount(layersOf(undefined, { pipeline, stage }, field))
            .flatMap(({ entries }) => entries)
            .some(({ secretRef }) =>
              grantFor([grant], secretRef, { pipeline: { namespace, name }, stage: stage.name }, use),
            ),
        ),
      );
      return stages.length > 0 ? [{ namespace, name, stages: stages.map((stage) => stage.name) }] : [];
    })
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}
