import type { Promotion } from '@serval/api';
import { rfc3339 } from '@serval/kube/client';
import { conditionIn, type PromotionConditionType } from '../conditions.ts';
import type { Observed } from '../observe.ts';

/** Where the stage says nothing (its schema's default). */
const defaultProgressDeadlineSeconds = 600;

/** How long a step of this Promotion may take, in milliseconds. */
export function progressDeadlineMs({ to }: Pick<Observed, 'to'>): number {
  return (to?.stage.promotion?.progressDeadlineSeconds ?? defaultProgressDeadlineSeconds) * 1000;
}

/** Milliseconds since a time as RFC 3339 has it; 0 where there is none. Times are kept in whole seconds, so it may be almost one too many. */
export function msSince(time: string | undefined, now: number): number {
  return time === undefined ? 0 : Math.max(0, now - Date.parse(time));
}

export function msInCondition(promotion: Promotion, type: PromotionConditionType, now: number): number {
  return msSince(conditionIn(promotion, type)?.lastTransitionTime, now);
}

/** The field that says that nothing is left to do. */
export function finished(now: number): { completedAt: string } {
  return { completedAt: rfc3339(now) };
}
