import { type Clock, sleep } from '@serval/kube/client';

/** `2026-01-02T03:04:05.123000000Z`: always nine digits, so that stamps of one file sort as text. */
export function rfc3339Nano(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}

/** Resolves with the promise, or after `ms` without it. */
export async function withinMs(clock: Clock, ms: number, promise: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([promise.finally(() => done.abort()), sleep(clock, ms, done.signal)]);
}
