import type { PipelineStage } from '@serval/api';
import { type InferenceService, inferenceServices, type KeptService, type Promotion } from '@serval/api';
import { apiVersionOf, keyOf } from '@serval/kube/objects';
import {
  promotionAnnotation,
  promotionAnnotations,
  promotionDigestAnnotation,
  promotionStageAnnotation,
  promotionUidAnnotation,
} from './annotations.ts';
import { stagePath } from './brought-by.ts';
import { withOverrides } from './overrides.ts';

export interface TargetOptions {
  readonly namespace: string;
  readonly name: string;
  /** What is there; nothing where the service is to be made. */
  readonly live: InferenceService | undefined;
  /** What a Promotion wrote last into what is there. */
  readonly former: KeptService | undefined;
}

/**
 * The service of a stage as a Promotion wants it, with the share of the requests that its canary gets. Its specification is replaced as a
 * whole: a server-side apply would leave what other managers own, and a mixture of two versions is one that nobody has checked.
 */
export function promotedObject(
  promotion: Promotion,
  stage: PipelineStage,
  trafficPercent: number | undefined,
  options: TargetOptions,
): InferenceService {
  const { service: kept, digest = '' } = promotion.status ?? {};
  if (!kept) throw new Error('a Promotion that was not checked has nothing to write');
  const { labels, annotations, spec } = withOverrides(kept, options.name, stage);
  const { metadata } = promotion;
  const own = {
    [promotionAnnotation]: keyOf(metadata),
    [promotionUidAnnotation]: metadata.uid ?? '',
    [promotionDigestAnnotation]: digest,
    [promotionStageAnnotation]: stagePath({ ...metadata, name: promotion.spec.pipeline }, promotion.spec.to),
  };
  const object = objectOf({ labels, annotations: { ...annotations, ...own }, spec }, options);
  if (trafficPercent === undefined) return object;
  const predictor = { ...object.spec.predictor, canaryTrafficPercent: trafficPercent };
  return { ...object, spec: { ...object.spec, predictor } };
}

/** The service as it was before. */
export function restoredObject(previous: KeptService, options: TargetOptions): InferenceService {
  return objectOf(previous, options);
}

function objectOf(kept: KeptService, { namespace, name, live, former }: TargetOptions): InferenceService {
  const { managedFields: _, ...metadata } = live?.metadata ?? { namespace, name };
  const annotations = { ...former?.annotations, ...Object.fromEntries(promotionAnnotations.map((key) => [key, ''])) };
  return {
    apiVersion: apiVersionOf(inferenceServices),
    kind: inferenceServices.kind,
    metadata: {
      ...metadata,
      labels: replaced(metadata.labels, former?.labels, kept.labels),
      annotations: replaced(metadata.annotations, annotations, kept.annotations),
    },
    spec: structuredClone(kept.spec),
  };
}

/** What others wrote stays; what was brought the last time and is not brought any more goes. */
function replaced(
  live: Readonly<Record<string, string>> | undefined,
  former: Readonly<Record<string, string>> | undefined,
  next: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const kept = Object.entries(live ?? {}).filter(([key]) => !Object.hasOwn(former ?? {}, key));
  return { ...Object.fromEntries(kept), ...next };
}
