import { type KeptService, type Pipeline, type PipelineStage, type Promotion, reviewStageName } from '@serval/api';
import type { Cache, Reflector } from '@serval/kube/client';
import { deepEqual } from '@serval/kube/objects';
import type { Claim } from '../pipeline/stage-claims.ts';
import type { StageOf } from '../pipeline/stage-layers.ts';
import { reviewNamespaceOf } from '../review/names.ts';
import { reviewStageOf } from '../review/review-stage.ts';
import { promotionUidAnnotation } from './annotations.ts';
import { withOverrides } from './overrides.ts';
import { aheadOf, haveSameGoal } from './queue.ts';
import { portableService } from './resolve/portable-service.ts';
import { type Workload, type WorkloadCaches, workloadOf } from './workload.ts';

export interface PromotionCaches extends WorkloadCaches {
  readonly promotions: Cache<Promotion> & Pick<Reflector<Promotion>, 'synced'>;
  readonly pipelines: Cache<Pipeline>;
  readonly claim: (stage: StageOf) => Claim;
}

interface ObservedStage {
  readonly stage: PipelineStage;
  readonly claim: Claim;
  readonly workload: Workload | undefined;
}

/** Everything that a look at one Promotion looks at. Objects are shared with caches: never change them. */
export interface Observed {
  readonly promotion: Promotion;
  readonly pipeline: Pipeline | undefined;
  /** The stage to promote from; nothing where the pipeline has none of that name, or a digest is promoted. */
  readonly from: ObservedStage | undefined;
  readonly to: ObservedStage | undefined;
  /** The service in the stage that this began with, also when the pipeline is gone. */
  readonly target: Workload | undefined;
  /** What the service of `from` was before overrides were laid over it. */
  readonly base: KeptService | undefined;
  /** What was written into the target last by a Promotion, where that is known: its labels and annotations go with it. */
  readonly former: KeptService | undefined;
  readonly ahead: Promotion | undefined;
  /** With `spec.digest`: the Promotion of that digest. */
  readonly earlier: Promotion | undefined;
}

export function observePromotion(promotion: Promotion, caches: PromotionCaches): Observed {
  const { metadata, spec, status } = promotion;
  const namespace = metadata.namespace ?? '';
  const found = caches.pipelines.get(namespace, spec.pipeline);
  const pipeline = found?.metadata.deletionTimestamp ? undefined : found;
  const all = caches.promotions.list({ namespace });
  const observeStage = (stage: PipelineStage | undefined): ObservedStage | undefined => {
    if (!pipeline || !stage) return undefined;
    const claim = caches.claim({ pipeline, stage });
    return { stage, claim, workload: workloadOf(caches, stage.namespace, spec.service) };
  };
  const stageNamed = (name: string | undefined) => pipeline?.spec.stages.find((one) => one.name === name);
  const from = observeStage(stageNamed(spec.from));
  const to = observeStage(
    pipeline && spec.to === reviewStageName
      ? reviewStageOf(pipeline, reviewNamespaceOf(pipeline, metadata.uid ?? ''))
      : stageNamed(spec.to),
  );
  const begun = status?.applied?.namespace;
  const target = begun === undefined ? to?.workload : workloadOf(caches, begun, spec.service);
  return {
    promotion,
    pipeline,
    from,
    to,
    target,
    base: from && baseOf(from, all),
    former: target && broughtBy(target, all)?.status?.service,
    // Environments are not in each other's way.
    ahead: spec.to === reviewStageName ? undefined : aheadOf(promotion, all),
    earlier: spec.digest === undefined ? undefined : earlierOf(promotion, all),
  };
}

/** The Promotion that brought a service as it is, unless it was deleted since. */
function broughtBy({ service }: Workload, all: readonly Promotion[]): Promotion | undefined {
  const uid = service.metadata.annotations?.[promotionUidAnnotation];
  return uid === undefined ? undefined : all.find(({ metadata }) => metadata.uid === uid);
}

/**
 * A service that came into its stage by a Promotion goes on as it was checked then, without the overrides of the stage that it comes from:
 * as long as nobody has changed it there.
 */
function baseOf({ stage, workload }: ObservedStage, all: readonly Promotion[]): KeptService | undefined {
  const kept = workload && broughtBy(workload, all)?.status?.service;
  if (!kept) return undefined;
  const there = withOverrides(kept, workload.service.metadata.name ?? '', stage);
  return deepEqual(portableService(workload.service).spec, there.spec) ? kept : undefined;
}

/** The newest one that was healthy, or the newest of the others. */
function earlierOf(promotion: Promotion, all: readonly Promotion[]): Promotion | undefined {
  const rank = ({ metadata, status }: Promotion) => {
    const isHealthy = status?.conditions?.some((one) => one.type === 'Healthy' && one.status === 'True');
    return `${isHealthy ? 1 : 0} ${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  };
  return all
    .filter((other) => haveSameGoal(other, promotion) && other.metadata.uid !== promotion.metadata.uid)
    .filter(({ status }) => status?.digest === promotion.spec.digest && status?.service)
    .sort((a, b) => (rank(a) > rank(b) ? -1 : 1))[0];
}
