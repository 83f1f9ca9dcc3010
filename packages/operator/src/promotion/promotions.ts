import { type InferenceService, type Pipeline, type Promotion, promotions as promotionResource } from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  createReflector,
  type EventRecorder,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { type Deployment, type KubeObject, keyOf, type Pod, type Service } from '@serval/kube/objects';
import type { DeliveryContext } from '../credentials/decide-delivery.ts';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { readCheckLabel, serviceLabel } from '../names.ts';
import { stageNamespaceIndex } from '../pipeline/namespace-credentials.ts';
import type { Pipelines } from '../pipeline/pipelines.ts';
import { createAsk } from './ask-checks.ts';
import { haveSameGoal, isFinished } from './queue.ts';
import { pipelinesOf } from './reclaim/plan-reclaim.ts';
import { createReclaimReconciler } from './reclaim/reconciler.ts';
import { createPromotionReconciler } from './reconciler.ts';
import { createTargetWriter } from './write-target.ts';

export interface PromotionsOptions {
  readonly client: Client;
  readonly pipelines: Pick<Pipelines, 'reflector' | 'credentials' | 'storageFor'>;
  /** With `promotedIndexes`. */
  readonly services: Reflector<InferenceService>;
  readonly deployments: Reflector<Deployment>;
  readonly pods: Reflector<Pod>;
  readonly kubeServices: Reflector<Service>;
  readonly references: Pick<ReferenceCache, 'read'>;
  readonly deliveryContext: () => DeliveryContext;
  /** Whether webhooks record who approves. */
  readonly recordsApprovers: boolean;
  readonly events: EventRecorder;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Promotions {
  readonly reflector: Reflector<Promotion>;
  /** Acts until it is closed. Only the leader does. */
  startControllers(): Controller[];
}

/** Promotions: services brought from stage to stage. */
export function createPromotions(options: PromotionsOptions): Promotions {
  const { client, services, deployments, pods, events, metrics, clock, log, signal } = options;
  const { reflector: pipelines, credentials } = options.pipelines;
  const reflector = createReflector<Promotion>({
    client,
    resource: promotionResource,
    mayBeMissing: true,
    sharesParts: true,
    transform: keptPromotion,
    clock,
    log,
    signal,
  });
  const writer = createTargetWriter(client);
  const reconcile = createPromotionReconciler({
    caches: { promotions: reflector, pipelines, claim: credentials.claim, services, deployments, pods },
    writer,
    ...createAsk({ ...options, credentials, storageFor: options.pipelines.storageFor }),
    recordsApprovers: options.recordsApprovers,
    client,
    events,
    clock,
    count: (outcome) =>
      metrics?.count('serval_promotions_total', 'Promotions that have ended, by how they did.', { outcome }),
  });

  /** Who ends or comes lets another one begin, or go. */
  const ofGoal = ({ object }: { object: Promotion }) =>
    reflector
      .list({ namespace: object.metadata.namespace ?? '' })
      .filter((other) => haveSameGoal(other, object))
      .map(({ metadata }) => keyOf(metadata));
  /** A status that changes means nothing to those that have ended, of which there are many. */
  const ofPipeline = ({ object, old }: { object: Pipeline; old?: Pipeline }) => {
    const isStatus = old !== undefined && old.metadata.generation === object.metadata.generation;
    return reflector
      .list({ namespace: object.metadata.namespace ?? '' })
      .filter((one) => one.spec.pipeline === object.metadata.name && !(isStatus && isFinished(one)))
      .map(({ metadata }) => keyOf(metadata));
  };
  /** Promotions under way of a service in a namespace of stages. */
  const ofService = (namespace: string, name: string | undefined) =>
    pipelines
      .byIndex(stageNamespaceIndex, namespace)
      .flatMap(({ metadata }) =>
        reflector
          .list({ namespace: metadata.namespace ?? '' })
          .filter((one) => one.spec.pipeline === metadata.name && one.spec.service === name && !isFinished(one)),
      )
      .map(({ metadata }) => keyOf(metadata));
  const ofChild = ({ object: { metadata } }: { object: KubeObject }) => {
    const asking = metadata.labels?.[readCheckLabel];
    if (asking === undefined) return ofService(metadata.namespace ?? '', metadata.labels?.[serviceLabel]);
    const found = reflector.list().find(({ metadata: { uid } }) => uid === asking);
    return found ? [keyOf(found.metadata)] : [];
  };

  const startPromotion = () =>
    createController({
      name: 'promotion',
      reconcile: timeReconciles('promotion', reconcile, metrics),
      sources: [
        source(reflector, ofGoal),
        source(pipelines, ofPipeline),
        source(services, ({ object: { metadata } }) => ofService(metadata.namespace ?? '', metadata.name)),
        source(deployments, ofChild),
        source(pods, ofChild),
      ],
      concurrency: 4,
      clock,
      log,
    });
  const startReclaim = () =>
    createController({
      name: 'reclaim',
      reconcile: timeReconciles(
        'reclaim',
        createReclaimReconciler({ pipelines, services, client, writer, events }),
        metrics,
      ),
      sources: [
        source(pipelines, ({ object }) => [keyOf(object.metadata)]),
        source(services, ({ object }) => pipelinesOf(object)),
      ],
      clock,
      log,
    });

  return { reflector, startControllers: () => [startPromotion(), startReclaim()] };
}

/** Of one that has ended, nobody goes back to what was there before it. */
function keptPromotion(promotion: Promotion): Promotion {
  const { previous } = promotion.status ?? {};
  if (!promotion.status?.completedAt || !previous?.service) return promotion;
  const { service: _, ...rest } = previous;
  return { ...promotion, status: { ...promotion.status, previous: rest } };
}
