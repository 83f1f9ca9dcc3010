import type { Clock } from '../clock.ts';

export interface ManualClock extends Clock {
  /** Moves to the earliest timer and calls it. Returns the new time; the old one when there is no timer. */
  advanceToNext(): number;
  /** Timers that wait. */
  readonly pending: number;
}

/** A clock that stands still until told, from 0 on. */
export function createManualClock(): ManualClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  let now = 0;
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advanceToNext() {
      const [next] = [...timers].sort((a, b) => a.at - b.at);
      if (next) {
        timers.delete(next);
        now = next.at;
        next.callback();
      }
      return now;
    },
    get pending() {
      return timers.size;
    },
  };
}
