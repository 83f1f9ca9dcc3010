import { type Pipeline, type Promotion, reviewStageName } from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  type EventRecorder,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { type KubeObject, keyOf } from '@serval/kube/objects';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { pipelineAnnotation, reviewLabel } from './names.ts';
import { createReviewReconciler } from './reconciler.ts';

export interface ReviewsOptions {
  readonly client: Client;
  readonly pipelines: {
    readonly reflector: Reflector<Pipeline>;
    /** With the labels and annotations of reviews. */
    readonly namespaces: Reflector<KubeObject>;
  };
  readonly promotions: { readonly reflector: Reflector<Promotion> };
  readonly events: EventRecorder;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes and removes environments until it is closed. Only the leader does. */
export function startReviews({ client, events, metrics, clock, log, ...options }: ReviewsOptions): Controller {
  const { reflector: pipelines, namespaces } = options.pipelines;
  const promotions = options.promotions.reflector;
  const reconcile = createReviewReconciler({ pipelines, promotions, namespaces, client, events, clock });
  return createController({
    name: 'review',
    reconcile: timeReconciles('review', reconcile, metrics),
    sources: [
      source(pipelines, ({ object }) => [keyOf(object.metadata)]),
      source(promotions, ({ object: { metadata, spec } }) =>
        spec.to === reviewStageName ? [keyOf({ namespace: metadata.namespace, name: spec.pipeline })] : [],
      ),
      source(namespaces, ({ object: { metadata } }) =>
        metadata.labels?.[reviewLabel] === undefined ? [] : [metadata.annotations?.[pipelineAnnotation] ?? ''],
      ),
    ],
    concurrency: 2,
    clock,
    log,
  });
}
