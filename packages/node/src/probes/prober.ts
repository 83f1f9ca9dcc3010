import { type Clock, sleep } from '@serval/kube/client';
import type { Probe } from '@serval/kube/objects';
import { attemptProbe, type ProbeTarget } from './attempt.ts';
import { afterAttempt, beginProbe, isWorthTelling, nextAttemptAtMs, type ProbeKind } from './schedule.ts';

export interface ProbeListener {
  /** The threshold for well or ill was reached; called again only when that changes. */
  onOutcome(kind: ProbeKind, healthy: boolean, message: string): void;
  /** An attempt at a written time failed, and not only because the server is still starting. */
  onFailure(kind: ProbeKind, message: string): void;
}

/** Probes until the signal aborts; a startup probe ends with its first outcome. Never throws. */
export async function runProbe(
  kind: ProbeKind,
  probe: Probe,
  target: ProbeTarget,
  listener: ProbeListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let progress = beginProbe(probe, clock.now());
  let healthy: boolean | undefined;
  await sleep(clock, Math.max(0, nextAttemptAtMs(kind, progress, clock.now()) - clock.now()), signal);
  while (!signal.aborted) {
    const attemptedAtMs = clock.now();
    const { success, message } = await attemptProbe(probe, target, signal);
    if (signal.aborted) return;
    const after = afterAttempt(progress, probe, { success, attemptedAtMs });
    progress = after.progress;
    const tell = after.counted && isWorthTelling(kind, progress, probe, attemptedAtMs);
    if (!success && tell) listener.onFailure(kind, message);
    if (after.outcome && (after.outcome === 'success') !== healthy) {
      healthy = after.outcome === 'success';
      listener.onOutcome(kind, healthy, message);
      if (kind === 'startup') return;
    }
    await sleep(clock, Math.max(0, nextAttemptAtMs(kind, progress, clock.now()) - clock.now()), signal);
  }
}
