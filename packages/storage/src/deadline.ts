import { StorageError } from './errors.ts';

/** Time that a download has, and the caller's signal, as one signal. */
export interface Deadline {
  signal: AbortSignal;
  /** The failure, once the time is over; the caller's own stop goes before. */
  error(): StorageError | undefined;
  stop(): void;
}

/** @param ms  `undefined`: no end */
export function startDeadline(ms: number | undefined, source: string, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const timer =
    ms === undefined
      ? undefined
      : setTimeout(() => {
          controller.abort(
            new StorageError('DeadlineExceeded', `${source} was not whole after ${ms} ms, its deadline`, {
              hint: 'what came is kept, and the same call goes on from there; give it more time (SERVAL_STORAGE_DEADLINE_MS)',
              details: { deadlineMs: ms },
              transient: true,
            }),
          );
        }, ms);
  return {
    signal: outer ? AbortSignal.any([outer, controller.signal]) : controller.signal,
    error: () =>
      controller.signal.aborted && !outer?.aborted ? (controller.signal.reason as StorageError) : undefined,
    stop: () => clearTimeout(timer),
  };
}
