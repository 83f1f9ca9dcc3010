/** The kubelet's: 10 s, doubled by every restart up to 5 min, forgotten after 10 min of running. */
const initialMs = 10_000;
const maxMs = 300_000;

export interface Backoff {
  delayMs: number;
  /** When the container was last started. */
  updatedAtMs: number;
}

function isForgotten(backoff: Backoff, finishedAtMs: number): boolean {
  return finishedAtMs - backoff.updatedAtMs > 2 * maxMs;
}

/**
 * When a container that ended may start again; nothing known about it means at once, which makes the first restart
 * immediate.
 */
export function restartAtMs(backoff: Backoff | undefined, finishedAtMs: number): number {
  return !backoff || isForgotten(backoff, finishedAtMs) ? finishedAtMs : finishedAtMs + backoff.delayMs;
}

/** What to remember at a restart. */
export function nextBackoff(backoff: Backoff | undefined, finishedAtMs: number, nowMs: number): Backoff {
  const delayMs = !backoff || isForgotten(backoff, finishedAtMs) ? initialMs : Math.min(backoff.delayMs * 2, maxMs);
  return { delayMs, updatedAtMs: nowMs };
}

/** `10s`, `2m40s`: Go's duration text. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
