import type { Pipeline } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { isReviewOf } from './review-stage.ts';

export interface ReviewProblem {
  readonly reason: string;
  readonly message: string;
}

/**
 * Why an environment cannot be used, or not yet: it must be there as it was recorded, and say whose it is. Whoever writes a status, or makes a
 * namespace, gets nothing by it alone.
 */
export function reviewProblem(
  pipeline: Pipeline,
  namespace: string,
  live: KubeObject | undefined,
): ReviewProblem | undefined {
  const { review } = pipeline.spec;
  const { reviews = [] } = pipeline.status ?? {};
  if (!review) return { reason: 'ReviewNotConfigured', message: 'the pipeline has no spec.review' };
  const record = reviews.find((one) => one.namespace === namespace);
  const most = review.maxEnvironments ?? Number.POSITIVE_INFINITY;
  if (!record && reviews.length >= most) {
    const message = `there are ${reviews.length} environments already, as many as may be (spec.review.maxEnvironments)`;
    return { reason: 'TooManyEnvironments', message };
  }
  if (record?.reason) return { reason: record.reason, message: record.message ?? record.reason };
  if (live?.metadata.deletionTimestamp) {
    return { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being deleted` };
  }
  const isThere = live && record?.uid !== undefined && record.uid === live.metadata.uid && isReviewOf(live, pipeline);
  return isThere ? undefined : { reason: 'ReviewPending', message: `namespace ${namespace} is to be made` };
}
