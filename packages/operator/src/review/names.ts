import { createHash } from 'node:crypto';
import type { Pipeline } from '@serval/api';

/** On namespaces that were made for a review: name of the pipeline. */
export const reviewLabel = 'platform.serval.dev/review';
/** Beside it, whose it is: `NAMESPACE/NAME`, and UIDs, by which it is known again. */
export const pipelineAnnotation = 'platform.serval.dev/pipeline';
export const pipelineUidAnnotation = 'platform.serval.dev/pipeline-uid';
export const promotionAnnotation = 'platform.serval.dev/promotion';
export const promotionUidAnnotation = 'platform.serval.dev/promotion-uid';
export const expiresAnnotation = 'platform.serval.dev/expires-at';

/** Keeps a pipeline until the environments that it has made are gone. */
export const reviewFinalizer = 'platform.serval.dev/reviews';

/** Names of namespaces have 63 characters. */
const maxPrefixLength = 40;

/** The namespace of one Promotion's environment: the same whenever it is asked for, and another one for each. */
export function reviewNamespaceOf({ metadata, spec }: Pipeline, promotionUid: string): string {
  const prefix = spec.review?.namespacePrefix ?? `${metadata.name}-review`;
  return `${prefix.slice(0, maxPrefixLength).replace(/-+$/, '')}-${suffixOf(promotionUid)}`;
}

/** Whether a namespace is called as the environment of a Promotion is, whatever the pipeline's prefix was then. */
export function isNamedFor(namespace: string, promotionUid: string): boolean {
  return namespace.endsWith(`-${suffixOf(promotionUid)}`);
}

function suffixOf(promotionUid: string): string {
  return createHash('sha256').update(promotionUid).digest('hex').slice(0, 10);
}
