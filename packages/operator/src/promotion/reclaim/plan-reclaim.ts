import type { InferenceService, Pipeline, PipelineStage } from '@serval/api';
import { promotionStageAnnotation, reclaimAnnotation } from '../annotations.ts';
import { stagePath } from '../brought-by.ts';

/** Holds a pipeline until the services that go with its stages are gone. Only pipelines that have such stages have it. */
export const reclaimFinalizer = 'platform.serval.dev/reclaim';

export interface ReclaimPlan {
  readonly finalizer: 'add' | 'remove' | undefined;
  /** Go with their stage, or with the pipeline. */
  readonly remove: readonly InferenceService[];
  /** Services with what their annotation is to say; `null` takes it away. */
  readonly mark: readonly { readonly service: InferenceService; readonly value: string | null }[];
}

/**
 * What becomes of the services that Promotions have brought into the stages of a pipeline. The pipeline's own word counts while it is
 * there, also when it is being deleted. A stage that was taken out says nothing any more; for it, services are marked as long as it is
 * there, with the namespace that they go with, so that a copy of one elsewhere is no such service.
 *
 * @param brought  services of all namespaces that say that they were brought into a stage of it
 */
export function planReclaim(pipeline: Pipeline, brought: readonly InferenceService[]): ReclaimPlan {
  const { stages } = pipeline.spec;
  const hasFinalizer = pipeline.metadata.finalizers?.includes(reclaimFinalizer) ?? false;
  if (pipeline.metadata.deletionTimestamp) {
    const doomed = brought.filter((service) => stageOf(service, stages, pipeline)?.reclaim === 'Delete');
    return {
      finalizer: hasFinalizer && doomed.length === 0 ? 'remove' : undefined,
      remove: hasFinalizer ? doomed.filter(isThere) : [],
      mark: [],
    };
  }
  const wantsFinalizer = stages.some(({ reclaim }) => reclaim === 'Delete');
  const change = wantsFinalizer ? 'add' : 'remove';
  return {
    finalizer: wantsFinalizer === hasFinalizer ? undefined : change,
    remove: brought.filter((service) => !stageOf(service, stages, pipeline) && isMarked(service) && isThere(service)),
    mark: brought.filter(isThere).flatMap((service) => {
      const stage = stageOf(service, stages, pipeline);
      if (!stage || (stage.reclaim === 'Delete') === isMarked(service)) return [];
      return [{ service, value: stage.reclaim === 'Delete' ? stage.namespace : null }];
    }),
  };
}

/** The index of services by the pipelines into whose stages they were brought. */
export const promotedIndex = 'promotedBy';
export const promotedIndexes = { [promotedIndex]: pipelinesOf };

/** `NAMESPACE/NAME`; none where no Promotion brought the service. */
export function pipelinesOf({ metadata }: InferenceService): string[] {
  const path = metadata.annotations?.[promotionStageAnnotation]?.split('/') ?? [];
  return path.length === 3 ? [`${path[0]}/${path[1]}`] : [];
}

function stageOf(
  { metadata }: InferenceService,
  stages: readonly PipelineStage[],
  pipeline: Pipeline,
): PipelineStage | undefined {
  const path = metadata.annotations?.[promotionStageAnnotation];
  return stages.find(
    ({ name, namespace }) => namespace === metadata.namespace && stagePath(pipeline.metadata, name) === path,
  );
}

function isMarked({ metadata }: InferenceService): boolean {
  return metadata.annotations?.[reclaimAnnotation] === metadata.namespace;
}

function isThere({ metadata }: InferenceService): boolean {
  return metadata.deletionTimestamp === undefined;
}
