import type { Clock } from '@serval/kube/client';

/** So often an object may be written within the window: more means that somebody else keeps writing it differently. */
const maxWrites = 3;
const windowMs = 600_000;

/** Stops a write that is undone again and again. Holds a few times for each object that was written lately. */
export function createWriteLimit(clock: Clock) {
  const writes = new Map<string, number[]>();
  const recent = (key: string) => (writes.get(key) ?? []).filter((at) => clock.now() - at < windowMs);
  return {
    /** Milliseconds until it may be written; 0: now. */
    waitMs(key: string): number {
      const times = recent(key);
      return times.length < maxWrites ? 0 : (times[0] ?? 0) + windowMs - clock.now();
    },
    wrote(key: string): void {
      writes.set(key, [...recent(key), clock.now()]);
    },
    forget(key: string): void {
      writes.delete(key);
    },
  };
}
