import { type OwnCredentialSet, type Pipeline, type PipelineStage, pipelines, reviewStageName } from '@serval/api';
import { apiVersionOf, type KubeObject } from '@serval/kube/objects';
import { isNamedFor, pipelineUidAnnotation, promotionUidAnnotation, reviewLabel } from './names.ts';

/**
 * An environment as a stage: from any stage, with the credentials of `spec.review` and nothing that is inherited. A layer that says `None`
 * cuts off the pipeline's and the platform's, also where it has no entries.
 */
export function reviewStageOf({ spec }: Pipeline, namespace: string): PipelineStage {
  return {
    name: reviewStageName,
    namespace,
    promotion: { from: spec.stages.map(({ name }) => name) },
    registryCredentials: alone(spec.review?.registryCredentials),
    storageCredentials: alone(spec.review?.storageCredentials),
  } as PipelineStage;
}

/** The environments that there are, or are to be, as stages. */
export function reviewStagesOf(pipeline: Pipeline): PipelineStage[] {
  return (pipeline.status?.reviews ?? []).flatMap(({ namespace }) =>
    namespace ? [reviewStageOf(pipeline, namespace)] : [],
  );
}

/** All namespaces that a pipeline has something in. */
export function namespacesOfPipeline(pipeline: Pipeline): string[] {
  return [...pipeline.spec.stages, ...reviewStagesOf(pipeline)].map(({ namespace }) => namespace);
}

/**
 * Of a namespace that was made for a review, and is nobody's: not yet, or while it goes. Nothing holds there; that of the platform, which holds
 * in namespaces that are no stages, would be production's.
 */
export function nobodysReview(
  namespace: KubeObject | undefined,
): { pipeline: Pipeline; stage: PipelineStage } | undefined {
  if (namespace?.metadata.labels?.[reviewLabel] === undefined) return undefined;
  const pipeline: Pipeline = {
    apiVersion: apiVersionOf(pipelines),
    kind: pipelines.kind,
    metadata: {},
    spec: { stages: [] },
  };
  return { pipeline, stage: reviewStageOf(pipeline, namespace.metadata.name ?? '') };
}

/** Whether it was made for one of this pipeline: by its label, whose UIDs it has, and the name that follows from them. */
export function isReviewOf({ metadata }: KubeObject, pipeline: Pipeline): boolean {
  const { labels = {}, annotations = {}, name = '' } = metadata;
  const { name: pipelineName, uid } = pipeline.metadata;
  return (
    labels[reviewLabel] === pipelineName &&
    uid !== undefined &&
    annotations[pipelineUidAnnotation] === uid &&
    isNamedFor(name, annotations[promotionUidAnnotation] ?? '')
  );
}

function alone(set: OwnCredentialSet | undefined) {
  return { inherit: 'None' as const, entries: set?.entries ?? [] };
}
