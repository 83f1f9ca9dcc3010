import type { InferenceServiceStatus } from '@serval/api';
import type { Clock } from '@serval/kube/client';
import { findCondition } from '@serval/kube/objects';

/**
 * A service passes through a dozen states until it is ready, and each would be a write that all watchers read. What nobody waits for is held
 * back so long from when it was first seen, and goes along with what comes meanwhile.
 */
const holdMs = 1000;
/** As long as it is not ready, when most of what comes is progress. */
const holdUntilReadyMs = 5000;

/** Whether somebody waits for this change: a new specification taken up, readiness gained or lost, a load come to its end. */
export function isUrgent(before: InferenceServiceStatus | undefined, after: InferenceServiceStatus): boolean {
  return (
    before?.observedGeneration !== after.observedGeneration ||
    isReady(before) !== isReady(after) ||
    hasEnded(before, after) ||
    before?.modelStatus?.lastFailureInfo?.message !== after.modelStatus?.lastFailureInfo?.message
  );
}

/** A model that is loaded is of no use to anybody before the service is ready, which is told at once. */
function hasEnded(before: InferenceServiceStatus | undefined, after: InferenceServiceStatus): boolean {
  const transition = after.modelStatus?.transitionStatus;
  return before?.modelStatus?.transitionStatus !== transition && (transition !== 'UpToDate' || isReady(after));
}

function isReady(status: InferenceServiceStatus | undefined): boolean {
  return findCondition(status?.conditions, 'Ready')?.status === 'True';
}

/** What each service has to tell that is held back, and of which version its status was written. Holds an entry for each service that there is. */
export function createStatusPace(clock: Clock) {
  const seenAt = new Map<string, number>();
  const writtenFrom = new Map<string, string>();
  return {
    /** How long to hold back what is there to tell. */
    waitMs(key: string, status: InferenceServiceStatus): number {
      const at = seenAt.get(key) ?? clock.now();
      seenAt.set(key, at);
      return Math.max(0, at + (isReady(status) ? holdMs : holdUntilReadyMs) - clock.now());
    },
    /** There is nothing more to tell. */
    settled(key: string): undefined {
      seenAt.delete(key);
    },
    /** A status was written over that of version `from`. */
    wrote(key: string, from: string): void {
      seenAt.delete(key);
      writtenFrom.set(key, from);
    },
    /** Whether this is the version that a status was written over: the cache has not heard of that yet, and will. */
    isStale: (key: string, version: string): boolean => writtenFrom.get(key) === version,
    forget(key: string): undefined {
      seenAt.delete(key);
      writtenFrom.delete(key);
    },
  };
}
