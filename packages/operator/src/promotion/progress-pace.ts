import type { PromotionStatus } from '@serval/api';
import type { Clock } from '@serval/kube/client';
import { deepEqual } from '@serval/kube/objects';

/** Who waits reads no faster. */
const leastMs = 2_000;

/** How often a status is written in which only what is waited for is told in other words. Everything else is written at once. */
export interface ProgressPace {
  /** Milliseconds to wait before `next` is written. */
  waitMs(key: string, status: PromotionStatus | undefined, next: PromotionStatus): number;
  wrote(key: string): void;
  forget(key: string): void;
}

export function createProgressPace(clock: Pick<Clock, 'now'>): ProgressPace {
  const writtenAt = new Map<string, number>();
  return {
    waitMs(key, status, next) {
      const last = writtenAt.get(key);
      if (last === undefined || !deepEqual(withoutProgress(status), withoutProgress(next))) return 0;
      return Math.max(0, last + leastMs - clock.now());
    },
    wrote: (key) => void writtenAt.set(key, clock.now()),
    forget: (key) => void writtenAt.delete(key),
  };
}

/** What is not known yet is not known in whatever words. */
function withoutProgress(status: PromotionStatus = {}): PromotionStatus {
  const conditions = (status.conditions ?? []).map((condition) => {
    if (condition.status !== 'Unknown' || condition.type === 'Applied') return condition;
    const { reason: _, message: __, ...rest } = condition;
    return rest;
  });
  return { ...status, conditions };
}
