import type { Pipeline, Promotion } from '@serval/api';
import { rfc3339 } from '@serval/kube/client';
import { type KubeObject, keyOf, type ObjectMeta } from '@serval/kube/objects';
import {
  expiresAnnotation,
  pipelineAnnotation,
  pipelineUidAnnotation,
  promotionAnnotation,
  promotionUidAnnotation,
  reviewLabel,
  reviewNamespaceOf,
} from './names.ts';
import { expiryOf } from './plan-reviews.ts';

/** What Pods may do there is not to be more than where the service comes from (Kubernetes, "Pod Security Admission"). */
const securityPrefix = 'pod-security.kubernetes.io/';

/**
 * The namespace of an environment, which says whose it is.
 *
 * @param source  the namespace of the stage that the service comes from
 */
export function renderReviewNamespace(
  pipeline: Pipeline,
  promotion: Promotion,
  source: KubeObject | undefined,
): KubeObject {
  const { metadata } = promotion;
  const security = Object.entries(source?.metadata.labels ?? {}).filter(([key]) => key.startsWith(securityPrefix));
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: reviewNamespaceOf(pipeline, metadata.uid ?? ''),
      labels: { ...Object.fromEntries(security), [reviewLabel]: pipeline.metadata.name ?? '' },
      annotations: {
        [pipelineAnnotation]: keyOf(pipeline.metadata),
        [pipelineUidAnnotation]: pipeline.metadata.uid ?? '',
        [promotionAnnotation]: keyOf(metadata),
        [promotionUidAnnotation]: metadata.uid ?? '',
        [expiresAnnotation]: rfc3339(expiryOf(pipeline, promotion)),
      },
    },
  };
}

/** What of the metadata of a namespace is needed here. */
export function reviewMetadata({ labels, annotations }: ObjectMeta): Pick<ObjectMeta, 'labels' | 'annotations'> {
  const isMeant = ([key]: [string, string]) => ownKeys.includes(key) || key.startsWith(securityPrefix);
  const [keptLabels, keptAnnotations] = [labels, annotations].map((map) => Object.entries(map ?? {}).filter(isMeant));
  return {
    ...(keptLabels?.length ? { labels: Object.fromEntries(keptLabels) } : {}),
    ...(keptAnnotations?.length ? { annotations: Object.fromEntries(keptAnnotations) } : {}),
  };
}

const ownKeys: readonly string[] = [
  reviewLabel,
  pipelineAnnotation,
  pipelineUidAnnotation,
  promotionAnnotation,
  promotionUidAnnotation,
];
