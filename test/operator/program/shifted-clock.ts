import type { Clock } from '@serval/kube/client';

export interface ShiftedClock extends Clock {
  /** Time passes at once; what is due by then happens. */
  advance(ms: number): void;
}

/** A clock that runs as fast as the real one, so many milliseconds apart from it. */
export function createShiftedClock(shiftMs: number): ShiftedClock {
  let shift = shiftMs;
  const waiting = new Map<object, { dueAt: number; run: () => void; timer?: NodeJS.Timeout }>();
  const now = () => Date.now() + shift;

  function arm(key: object): void {
    const entry = waiting.get(key);
    if (!entry) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(
      () => {
        waiting.delete(key);
        entry.run();
      },
      Math.min(Math.max(entry.dueAt - now(), 0), 2 ** 31 - 1),
    );
  }

  return {
    now,
    after(ms, run) {
      const key = {};
      waiting.set(key, { dueAt: now() + ms, run });
      arm(key);
      return () => {
        clearTimeout(waiting.get(key)?.timer);
        waiting.delete(key);
      };
    },
    advance(ms) {
      shift += ms;
      for (const key of [...waiting.keys()]) arm(key);
    },
  };
}
