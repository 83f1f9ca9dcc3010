export { pipelines, pipelineV1alpha1 } from './resource.ts';
export { parseTtlMinutes } from './rules/review.ts';
export { reviewStageName } from './schema.ts';
export { everyService } from './stage-schema.ts';
export type * from './types.ts';
export { validatePipeline } from './validate.ts';
