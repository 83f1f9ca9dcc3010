import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again until `check` no longer throws; after a minute its last error is the test's. */
export async function eventually<T>(check: () => Promise<T>, limitMs = 60_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}
