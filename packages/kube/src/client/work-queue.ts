import { StatusError } from '../objects/status-error.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Log } from './log.ts';

export interface ReconcileResult {
  /** Come back after this time even if nothing changes. */
  requeueAfterMs?: number;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that has nothing to say returns nothing
export type Reconciled = ReconcileResult | undefined | void;

/** A failure that trying again cannot mend, such as a field that only a person can correct: the key waits for its next change. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError';
}

export interface WorkQueueOptions {
  /** Called for one key at a time; the signal aborts when the queue closes. */
  reconcile(key: string, signal: AbortSignal): Promise<Reconciled>;
  /** Keys worked on at once. Default 2. */
  concurrency?: number;
  /** Wait after the first failure of a key; doubles with each further one. Default 50. */
  baseDelayMs?: number;
  /** Default 60,000. */
  maxDelayMs?: number;
  clock?: Clock;
  /** In [0, 1). Default `Math.random`. */
  random?: () => number;
  log: Log;
}

export interface WorkQueue {
  /** Asks for a reconcile soon. A key that waits already is not added twice; one being worked on is worked on again afterwards. */
  add(key: string): void;
  /** Asks for a reconcile in `ms`; an earlier time for the same key wins. */
  addAfter(key: string, ms: number): void;
  /** Keys that wait, are delayed or are being worked on. */
  readonly size: number;
  /** Aborts what runs, forgets what waits; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Waits keep between half and the whole of the exponential bound, so that failing keys do not march in step. */
function backOffMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return bound / 2 + (random() * bound) / 2;
}

/** What a server that is too busy asks for (429, 503 with Retry-After). */
function askedDelayMs(error: unknown, maxMs: number): number {
  const seconds = error instanceof StatusError ? (error.details?.retryAfterSeconds ?? 0) : 0;
  return Math.min(seconds * 1000, maxMs);
}

/** A queue of keys, as controllers have it: never the same key twice at once, failures backed off key by key. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { reconcile, log, clock = systemClock, random = Math.random } = options;
  const { concurrency = 2, baseDelayMs = 50, maxDelayMs = 60_000 } = options;
  const waiting = new Set<string>();
  const running = new Set<string>();
  const again = new Set<string>();
  const delayed = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  const closing = new AbortController();
  const closed = Promise.withResolvers<void>();

  function add(key: string): void {
    if (closing.signal.aborted) return;
    undelay(key);
    if (running.has(key)) again.add(key);
    else waiting.add(key);
    startSome();
  }

  function undelay(key: string): void {
    delayed.get(key)?.cancel();
    delayed.delete(key);
  }

  function addAfter(key: string, ms: number): void {
    if (closing.signal.aborted || waiting.has(key) || again.has(key)) return;
    const at = clock.now() + ms;
    const planned = delayed.get(key);
    if (planned && planned.at <= at) return;
    planned?.cancel();
    delayed.set(key, { at, cancel: clock.after(ms, () => add(key)) });
  }

  function startSome(): void {
    for (const key of waiting) {
      if (running.size >= concurrency) return;
      waiting.delete(key);
      running.add(key);
      void work(key);
    }
  }

  async function work(key: string): Promise<void> {
    // Not in the caller's turn: an event of many objects then leads to one reconcile.
    await Promise.resolve();
    try {
      const result = await reconcile(key, closing.signal);
      failures.delete(key);
      if (result?.requeueAfterMs !== undefined) addAfter(key, result.requeueAfterMs);
    } catch (error) {
      if (!closing.signal.aborted) failed(key, error);
    }
    running.delete(key);
    if (again.delete(key) && !closing.signal.aborted) waiting.add(key);
    if (closing.signal.aborted && running.size === 0) closed.resolve();
    startSome();
  }

  function failed(key: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof TerminalError) {
      failures.delete(key);
      log.warn({ key, error: message }, 'reconcile gave up until the next change');
      return;
    }
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    const delayMs = Math.round(
      Math.max(backOffMs(count, baseDelayMs, maxDelayMs, random), askedDelayMs(error, maxDelayMs)),
    );
    // A first failure is mostly a conflict with another writer.
    log[count > 2 ? 'warn' : 'debug']({ key, error: message, failures: count, delayMs }, 'reconcile failed');
    addAfter(key, delayMs);
  }

  return {
    add,
    addAfter,
    get size() {
      return waiting.size + running.size + delayed.size;
    },
    async close() {
      closing.abort(new Error('the work queue is closed'));
      waiting.clear();
      again.clear();
      for (const key of [...delayed.keys()]) undelay(key);
      if (running.size === 0) closed.resolve();
      await closed.promise;
    },
  };
}
