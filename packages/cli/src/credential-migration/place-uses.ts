import type { Pipeline } from '@serval/api';
import type { CredentialField, CredentialUse } from './credential-use.ts';
import { createHolders } from './world.ts';

/** Where an entry is to be: `stage` in a pipeline, a pipeline, or the platform where both are absent. */
export interface LayerPlace {
  pipeline?: Pipeline;
  stage?: string;
}

/** An entry of a layer, before it has a Secret of its own to name. */
export interface PlacedUse extends LayerPlace {
  field: CredentialField;
  match: string;
  content: string;
  /** Of what is used today, to take the content from. */
  uses: readonly CredentialUse[];
}

export interface PlaceOptions {
  pipelines: readonly Pipeline[];
  /** Entries for this one alone. */
  only: Pipeline | undefined;
  /** Namespaces that pull something, where all of the cluster were looked at: only then can something be everybody's. */
  everyNamespace: readonly string[] | undefined;
}

/**
 * Where each credential belongs that namespaces use today, so that nobody gets one that they have not got: the platform where every
 * namespace uses it, a pipeline where all its stages do, else the stages that do. What only namespaces use that are no stage is left.
 */
export function placeUses(
  uses: readonly CredentialUse[],
  { pipelines, only, everyNamespace }: PlaceOptions,
): { placed: PlacedUse[]; left: CredentialUse[] } {
  const placed: PlacedUse[] = [];
  const holder = createHolders(only ? [only] : pipelines);
  const left: CredentialUse[] = [];
  for (const same of Map.groupBy(uses, ({ field, match, content }) => `${field} ${match} ${content}`).values()) {
    const { field, match, content } = same[0] as CredentialUse;
    const users = new Set(same.map(({ namespace }) => namespace));
    if (!only && everyNamespace && everyNamespace.length > 1 && everyNamespace.every((name) => users.has(name))) {
      placed.push({ field, match, content, uses: same });
      continue;
    }
    const held = same.map((use) => ({ use, of: holder(use.namespace) }));
    left.push(...held.flatMap(({ use, of }) => (of ? [] : [use])));
    const byPipeline = Map.groupBy(
      held.flatMap(({ use, of }) => (of ? [{ use, ...of }] : [])),
      ({ pipeline }) => pipeline,
    );
    for (const [pipeline, of] of byPipeline) {
      const stages = [...new Set(of.map(({ stage }) => stage.name))];
      const own = of.map(({ use }) => use);
      if (stages.length > 1 && stages.length === pipeline.spec.stages.length) {
        placed.push({ field, pipeline, match, content, uses: own });
      } else {
        for (const stage of stages) {
          const ofStage = of.flatMap((each) => (each.stage.name === stage ? [each.use] : []));
          placed.push({ field, pipeline, stage, match, content, uses: ofStage });
        }
      }
    }
  }
  return { placed, left };
}
