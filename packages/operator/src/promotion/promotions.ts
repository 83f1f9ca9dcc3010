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
import { type Deployment, type KubeObject, keyOf, type Pod } from '@serval/kube/objects';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { serviceLabel } from '../names.ts';
import { stageNamespaceIndex } from '../pipeline/namespace-credentials.ts';
import type { Claim } from '../pipeline/stage-claims.ts';
import type { StageOf } from '../pipeline/stage-layers.ts';
import { haveSameGoal, isFinished } from './queue.ts';
import { createPromotionReconciler } from './reconciler.ts';
import type { AskChecks } from './steps/check.ts';
import type { AskTarget } from './steps/roll-out.ts';
import { createTargetWriter } from './write-target.ts';

export interface PromotionsOptions {
  readonly client: Client;
  readonly pipelines: Reflector<Pipeline>;
  readonly claim: (stage: StageOf) => Claim;
  readonly services: Reflector<InferenceService>;
  readonly deployments: Reflector<Deployment>;
  readonly pods: Reflector<Pod>;
  readonly askChecks: AskChecks;
  readonly ask: AskTarget;
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
  startController(): Controller;
}

/** Promotions: services brought from stage to stage. */
export function createPromotions(options: PromotionsOptions): Promotions {
  const { client, pipelines, services, deployments, pods, events, metrics, clock, log, signal } = options;
  const reflector = createReflector<Promotion>({
    client,
    resource: promotionResource,
    mayBeMissing: true,
    clock,
    log,
    signal,
  });
  const { claim, askChecks, ask, recordsApprovers } = options;
  const reconcile = createPromotionReconciler({
    caches: { promotions: reflector, pipelines, claim, services, deployments, pods },
    writer: createTargetWriter(client),
    askChecks,
    ask,
    recordsApprovers,
    client,
    events,
    clock,
  });

  /** Who ends or comes lets another one begin, or go. */
  const ofGoal = ({ object }: { object: Promotion }) =>
    reflector
      .list({ namespace: object.metadata.namespace ?? '' })
      .filter((other) => haveSameGoal(other, object))
      .map(({ metadata }) => keyOf(metadata));
  const ofPipeline = ({ object }: { object: Pipeline }) =>
    reflector
      .list({ namespace: object.metadata.namespace ?? '' })
      .filter(({ spec }) => spec.pipeline === object.metadata.name)
      .map(({ metadata }) => keyOf(metadata));
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
  const ofChild = ({ object: { metadata } }: { object: KubeObject }) =>
    ofService(metadata.namespace ?? '', metadata.labels?.[serviceLabel]);

  return {
    reflector,
    startController: () =>
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
      }),
  };
}
