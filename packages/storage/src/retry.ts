import { setTimeout as sleep } from 'node:timers/promises';
import { StorageError } from './errors.ts';

export interface RetryPolicy {
  /** Further attempts after one that brought nothing. Default 6: about half a minute in all. */
  retries: number;
  /** First upper bound of the wait, doubled each time. Default 200. */
  baseMs: number;
  /** Upper bound of a wait that is our own choice. Default 20 s. */
  maxMs: number;
  /** Upper bound of a wait that the server asks for. Default 5 min: the window of the Hugging Face Hub's rate limits. */
  maxAskedMs: number;
  /** `[0, 1)` */
  random: () => number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  retries: 6,
  baseMs: 200,
  maxMs: 20_000,
  maxAskedMs: 301_000, // a second more, because the Hub rounds down
  random: Math.random,
};

/** Attempts that each brought something do not count as failures in a row, but there is an end to them, too. */
const MAX_ATTEMPTS = 100;

/** Full jitter: anything between zero and the doubled bound, never less than what the server asked for. */
export function waitBeforeRetryMs(
  failuresInARow: number,
  retryAfterMs: number | undefined,
  policy: RetryPolicy,
): number {
  const bound = Math.min(policy.maxMs, policy.baseMs * 2 ** (failuresInARow - 1));
  return Math.round(Math.max(policy.random() * bound, Math.min(retryAfterMs ?? 0, policy.maxAskedMs)));
}

/**
 * Calls `attempt` until it succeeds, fails for good, or has failed `retries` times in a row without progress.
 * `attempt` answers through `progressed` whether it brought anything before it failed.
 */
export async function withRetries<T>(
  attempt: (progressed: () => void) => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal,
  onRetry: (error: StorageError, waitMs: number) => void,
): Promise<T> {
  let failures = 0;
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    let progress = false;
    try {
      return await attempt(() => {
        progress = true;
      });
    } catch (error) {
      if (signal.aborted || !(error instanceof StorageError) || !error.transient) throw error;
      failures = progress ? 1 : failures + 1;
      if (failures > policy.retries || attempts >= MAX_ATTEMPTS) throw error;
      const waitMs = waitBeforeRetryMs(failures, error.retryAfterMs, policy);
      onRetry(error, waitMs);
      await sleep(waitMs, undefined, { signal });
    }
  }
}
