import type { InferenceServiceStatus } from '@serval/api';
import type { Clock } from '@serval/kube/client';
import { findCondition } from '@serval/kube/objects';

/**
 * A service passes through a dozen states within its first second, and each would be a write that all watchers read.
 * What nobody waits for is told at most this often.
 */
const paceMs = 1000;

/** Whether somebody waits for this change: a new specification taken up, readiness gained or lost, a load come to its end. */
export function isUrgent(before: InferenceServiceStatus | undefined, after: InferenceServiceStatus): boolean {
  const ready = (status: InferenceServiceStatus | undefined) => findCondition(status?.conditions, 'Ready')?.status;
  return (
    before?.observedGeneration !== after.observedGeneration ||
    (ready(before) === 'True') !== (ready(after) === 'True') ||
    before?.modelStatus?.transitionStatus !== after.modelStatus?.transitionStatus ||
    before?.modelStatus?.lastFailureInfo?.message !== after.modelStatus?.lastFailureInfo?.message
  );
}

/** When each service's status was last written. Holds one number for each service that there is. */
export function createStatusPace(clock: Clock) {
  const writtenAt = new Map<string, number>();
  return {
    waitMs(key: string): number {
      const at = writtenAt.get(key);
      return at === undefined ? 0 : Math.max(0, at + paceMs - clock.now());
    },
    wrote(key: string): void {
      writtenAt.set(key, clock.now());
    },
    forget(key: string): undefined {
      writtenAt.delete(key);
    },
  };
}
