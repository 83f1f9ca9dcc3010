import { type Promotion, promotions as promotionResource } from '@serval/api';
import { type Client, type Clock, type EventRecorder, type Reconciled, rfc3339 } from '@serval/kube/client';
import { deepEqual, isStatusError, keyOf, type NamespacedName } from '@serval/kube/objects';
import { statusAfter } from './conditions.ts';
import { isExpired } from './history.ts';
import { observePromotion, type PromotionCaches } from './observe.ts';
import { outcomeOf } from './outcome.ts';
import { createProgressPace } from './progress-pace.ts';
import { isFinished } from './queue.ts';
import { setFinalizer } from './set-finalizer.ts';
import { nextStep, type StepDeps } from './steps/next-step.ts';
import { transitions } from './transitions.ts';

export interface PromotionDeps extends StepDeps {
  readonly caches: PromotionCaches;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** Told of every Promotion that has ended. */
  readonly count: (outcome: string) => void;
}

/** Holds a Promotion while its service is on its way: deleted in between, it is taken back before it goes. */
const rollOutFinalizer = 'platform.serval.dev/roll-out';

/** Brings one Promotion a step further, or deletes it when it is history that nobody keeps. */
export function createPromotionReconciler({ caches, client, events, clock, count, ...deps }: PromotionDeps) {
  /** Versions whose successor was written and not heard of yet: what would be decided by them was decided already. */
  const superseded = new Map<string, string>();
  const pace = createProgressPace(clock);

  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const key = keyOf({ namespace, name });
    const promotion = caches.promotions.get(namespace, name);
    const isHeld = promotion?.metadata.finalizers?.includes(rollOutFinalizer) ?? false;
    if (!promotion || (promotion.metadata.deletionTimestamp && !isHeld)) {
      superseded.delete(key);
      return pace.forget(key);
    }
    if (superseded.get(key) === promotion.metadata.resourceVersion) return undefined;
    superseded.delete(key);
    const observed = observePromotion(promotion, caches);
    if (isHeld && isDone(promotion)) return await hold(key, promotion, false, signal);
    if (isFinished(promotion)) {
      const all = caches.promotions.list({ namespace });
      const isOld = isExpired(promotion, all, observed.to?.workload?.service, observed.pipeline?.spec.historyLimit);
      if (isOld) await forget(promotion, signal);
      return undefined;
    }
    const now = clock.now();
    const step = await nextStep(observed, deps, now, signal);
    if (step.fields?.applied && !isHeld) return await hold(key, promotion, true, signal);
    const status = statusAfter(promotion, step, rfc3339(now));
    if (!deepEqual(promotion.status, status)) {
      const waitMs = pace.waitMs(key, promotion.status, status);
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      await tell(key, promotion, status, signal);
    }
    return step.againMs === undefined ? undefined : { requeueAfterMs: step.againMs };
  };

  async function tell(
    key: string,
    promotion: Promotion,
    status: NonNullable<Promotion['status']>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await client.update(promotionResource, { ...promotion, status }, { subresource: 'status', signal });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return;
      throw error;
    }
    pace.wrote(key);
    const outcome = outcomeOf(status);
    if (outcome) count(outcome);
    superseded.set(key, promotion.metadata.resourceVersion ?? '');
    for (const { type, reason, message } of transitions(promotion, status)) {
      events.record(promotion, type, reason, message);
    }
  }

  async function hold(key: string, promotion: Promotion, isHeld: boolean, signal: AbortSignal): Promise<void> {
    await setFinalizer(client, promotionResource, promotion, rollOutFinalizer, isHeld, signal);
    superseded.set(key, promotion.metadata.resourceVersion ?? '');
  }

  async function forget({ metadata }: Promotion, signal: AbortSignal): Promise<void> {
    const { namespace = '', name = '', uid } = metadata;
    const preconditions = uid ? { preconditions: { uid } } : {};
    try {
      await client.delete(promotionResource, { namespace, name }, { ...preconditions, signal });
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
    }
  }
}

/** Nothing in its stage depends on it any more, or yet. */
function isDone(promotion: Promotion): boolean {
  const { metadata, status } = promotion;
  return isFinished(promotion) || (metadata.deletionTimestamp !== undefined && !status?.applied);
}
