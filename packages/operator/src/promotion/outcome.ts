import type { PromotionStatus } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import { promotionConditionTypes } from './conditions.ts';

/** How a Promotion has ended: `Healthy`, `RolledBack`, or the reason of the condition that it failed at. Nothing while it has not. */
export function outcomeOf({ completedAt, rolledBack, conditions }: PromotionStatus): string | undefined {
  if (completedAt === undefined) return undefined;
  if (rolledBack) return 'RolledBack';
  const failure = promotionConditionTypes
    .map((type) => findCondition(conditions, type))
    .find((condition) => condition?.status === 'False');
  return failure ? (failure.reason ?? 'Failed') : 'Healthy';
}
