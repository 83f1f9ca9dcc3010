import type { Condition } from './meta.ts';

export function findCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The conditions with `next` in the place of its type, or at the end. `lastTransitionTime` moves to `now` only when the
 * status changes (`meta.SetStatusCondition`); a time that `next` brings along wins in that case. The given list is kept.
 *
 * @param now RFC 3339 with seconds.
 */
export function setCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  next: NoInfer<C>,
  now: string,
): C[] {
  const current = findCondition(conditions, next.type);
  const lastTransitionTime =
    current !== undefined && current.status === next.status && current.lastTransitionTime !== undefined
      ? current.lastTransitionTime
      : (next.lastTransitionTime ?? now);
  const merged = { ...next, lastTransitionTime };
  if (current === undefined) return [...(conditions ?? []), merged];
  return (conditions ?? []).map((condition) => (condition === current ? merged : condition));
}
