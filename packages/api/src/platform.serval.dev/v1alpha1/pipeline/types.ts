import type { KubeObject } from '@serval/kube/objects';
import type { Static } from 'typebox';
import type { canarySchema, promotionCheckSchema, stagePromotionSchema } from './promotion-fields.ts';
import type { pipelineSpecSchema, reviewSchema } from './schema.ts';
import type { stageOverrideSchema, stageSchema } from './stage-schema.ts';
import type { pipelineStatusSchema, stageStatusSchema } from './status-schema.ts';

export type PipelineStage = Static<typeof stageSchema>;
export type StagePromotion = Static<typeof stagePromotionSchema>;
export type PromotionCheck = Static<typeof promotionCheckSchema>;
export type StageCanary = Static<typeof canarySchema>;
export type StageOverride = Static<typeof stageOverrideSchema>;
export type PipelineReview = Static<typeof reviewSchema>;
export type PipelineSpec = Static<typeof pipelineSpecSchema>;
export type PipelineStageStatus = Static<typeof stageStatusSchema>;
export type ReviewStatus = NonNullable<PipelineStatus['reviews']>[number];
export type PipelineStatus = Static<typeof pipelineStatusSchema>;

/** A team's way from development to production: stages, each a namespace, with the credentials that belong to them. */
export interface Pipeline extends KubeObject {
  spec: PipelineSpec;
  status?: PipelineStatus;
}
