import { setTimeout as sleep } from 'node:timers/promises';

/** Looks until `isDone`, once a second. Throws `onTimeout()` when it takes too long, and the signal's reason when it aborts. */
export async function pollUntil(
  isDone: () => Promise<boolean>,
  { signal, timeoutMs, onTimeout }: { signal: AbortSignal; timeoutMs: number; onTimeout(): Error },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw onTimeout();
    await sleep(500, undefined, { signal });
  }
}
