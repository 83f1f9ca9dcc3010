import type { Probe } from '@serval/kube/objects';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** Between attempts until the first success, so that nothing waits for a probe's period. */
export const eagerIntervalMs = 100;
/** A Pod that is not well after this long is asked once a second only: idle machines stay idle. */
export const eagerForMs = 60_000;
/** Also of commands from the start: each is a process, and may do something. */
const patientIntervalMs = 1_000;

export interface ProbeProgress {
  successes: number;
  failures: number;
  /** Reached `successThreshold` once. */
  settled: boolean;
  beganAtMs: number;
  /** Until the first success. */
  eagerIntervalMs: number;
  /** The next attempt at or after this moment is one that Kubernetes would have made too. */
  nextDueAtMs: number;
}

export function beginProbe(probe: Probe, nowMs: number): ProbeProgress {
  const nextDueAtMs = nowMs + (probe.initialDelaySeconds ?? 0) * 1000;
  const intervalMs = probe.exec ? patientIntervalMs : eagerIntervalMs;
  return { successes: 0, failures: 0, settled: false, beganAtMs: nowMs, eagerIntervalMs: intervalMs, nextDueAtMs };
}

/**
 * What an attempt means. Attempts between the written times can only succeed: a failure counts towards
 * `failureThreshold` once per period, as it is written.
 * @param attemptedAtMs  when the attempt began
 */
export function afterAttempt(
  progress: ProbeProgress,
  probe: Probe,
  { success, attemptedAtMs }: { success: boolean; attemptedAtMs: number },
): { progress: ProbeProgress; outcome?: 'success' | 'failure'; counted: boolean } {
  const counted = attemptedAtMs >= progress.nextDueAtMs;
  const periodMs = Math.max(1, probe.periodSeconds ?? 10) * 1000;
  const nextDueAtMs = counted ? Math.max(progress.nextDueAtMs + periodMs, attemptedAtMs) : progress.nextDueAtMs;
  const successes = success ? progress.successes + 1 : 0;
  const failures = success ? 0 : progress.failures + (counted ? 1 : 0);
  const well = success && successes >= Math.max(1, probe.successThreshold ?? 1);
  const ill = !success && counted && failures >= Math.max(1, probe.failureThreshold ?? 3);
  return {
    progress: { ...progress, successes, failures, nextDueAtMs, settled: progress.settled || well },
    ...(well ? { outcome: 'success' as const } : ill ? { outcome: 'failure' as const } : {}),
    counted,
  };
}

/**
 * Within its first period, a server that is not ready yet is one that starts: that is how things go and no news for a person.
 * (The kubelet's first attempt comes when the server mostly stands; ours comes at once.)
 */
export function isWorthTelling(kind: ProbeKind, progress: ProbeProgress, probe: Probe, attemptedAtMs: number): boolean {
  const firstPeriodMs = ((probe.initialDelaySeconds ?? 0) + Math.max(1, probe.periodSeconds ?? 10)) * 1000;
  return kind !== 'readiness' || progress.settled || attemptedAtMs >= progress.beganAtMs + firstPeriodMs;
}

/** Liveness cannot be gained early, only lost, so it keeps to its written times from the start. */
export function nextAttemptAtMs(kind: ProbeKind, progress: ProbeProgress, nowMs: number): number {
  if (kind === 'liveness' || progress.settled) return progress.nextDueAtMs;
  const intervalMs = nowMs - progress.beganAtMs < eagerForMs ? progress.eagerIntervalMs : patientIntervalMs;
  return Math.min(Math.max(progress.nextDueAtMs, nowMs), nowMs + intervalMs);
}
