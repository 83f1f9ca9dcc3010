import type { InferenceService } from '@serval/api';
import { promotionAnnotation, promotionDigestAnnotation, promotionStageAnnotation } from './annotations.ts';

/** What a service of a stage says of the Promotion that brought it. Copies of it elsewhere were brought by none. */
export function broughtInto(
  { metadata: { annotations = {} } }: InferenceService,
  pipeline: { readonly namespace?: string; readonly name?: string },
  stage: string,
): { digest?: string; promotion?: string } {
  if (annotations[promotionStageAnnotation] !== stagePath(pipeline, stage)) return {};
  const digest = annotations[promotionDigestAnnotation];
  const promotion = annotations[promotionAnnotation]?.split('/').at(-1);
  return { ...(digest ? { digest } : {}), ...(promotion ? { promotion } : {}) };
}

/** `NAMESPACE/PIPELINE/STAGE`. */
export function stagePath(pipeline: { readonly namespace?: string; readonly name?: string }, stage: string): string {
  return `${pipeline.namespace}/${pipeline.name}/${stage}`;
}
