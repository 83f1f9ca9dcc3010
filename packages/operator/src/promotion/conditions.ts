import type { Promotion, PromotionStatus } from '@serval/api';
import { type Condition, findCondition } from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';

/** In the order in which they come True. */
export const promotionConditionTypes = ['Checked', 'Approved', 'Applied', 'Healthy'] as const;
export type PromotionConditionType = (typeof promotionConditionTypes)[number];

/** What comes of one look at a Promotion. */
export interface Step {
  readonly conditions?: Readonly<Partial<Record<PromotionConditionType, ConditionResult>>>;
  /** `undefined` takes a field away. */
  readonly fields?: { readonly [Field in keyof PromotionStatus]?: PromotionStatus[Field] | undefined };
  /** Look again after so many milliseconds, though nothing changes. */
  readonly againMs?: number;
}

const pending: ConditionResult = { status: 'Unknown', reason: 'Pending' };

/** The status after a step. Conditions that it says nothing of stay as they are. `now` is RFC 3339. */
export function statusAfter({ metadata, status = {} }: Promotion, step: Step, now: string): PromotionStatus {
  const observedGeneration = metadata.generation ?? 1;
  const conditions = promotionConditionTypes.map((type): Condition => {
    const before = findCondition(status.conditions, type);
    const result = step.conditions?.[type];
    if (before && !result) return { ...before, observedGeneration };
    const lastTransitionTime = (before && before.status === result?.status && before.lastTransitionTime) || now;
    return { type, ...(result ?? pending), observedGeneration, lastTransitionTime };
  });
  const merged = { ...status, ...step.fields, observedGeneration, conditions };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as PromotionStatus;
}

export function conditionIn(promotion: Promotion, type: PromotionConditionType): Condition | undefined {
  return findCondition(promotion.status?.conditions, type);
}
