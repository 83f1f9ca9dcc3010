import type { Clock } from '@serval/kube/client';
import type { Container } from '@serval/kube/objects';
import type { ProbeTarget } from '../probes/attempt.ts';
import { type ProbeListener, runProbe } from '../probes/prober.ts';
import type { ProbeKind } from '../probes/schedule.ts';

export interface HealthListener {
  /** The startup probe succeeded, or there is none. */
  onStarted(): void;
  onReady(ready: boolean): void;
  /** The container is to be stopped; the message is that of the Killing event. */
  onGivenUp(message: string): void;
}

interface ProbeContext {
  spec: Container;
  target: ProbeTarget;
  clock: Clock;
  signal: AbortSignal;
  emit(event: { type: 'Warning'; reason: string; message: string }): void;
}

const titles: Record<ProbeKind, string> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

/** Runs a container's probes until the signal aborts: the startup probe first, then the two others. */
export function startContainerProbes(
  { spec, target, clock, signal, emit }: ProbeContext,
  listener: HealthListener,
): void {
  const willRestart = `Container ${spec.name} failed`;
  const probeListener: ProbeListener = {
    onFailure(kind, message) {
      emit({ type: 'Warning', reason: 'Unhealthy', message: `${titles[kind]} probe failed: ${message}` });
    },
    onOutcome(kind, healthy) {
      if (kind === 'readiness') listener.onReady(healthy);
      else if (!healthy) listener.onGivenUp(`${willRestart} ${kind} probe, will be restarted`);
      else if (kind === 'startup') begin();
    },
  };

  function begin(): void {
    listener.onStarted();
    const { livenessProbe, readinessProbe } = spec;
    if (livenessProbe) void runProbe('liveness', livenessProbe, target, probeListener, clock, signal);
    if (readinessProbe) void runProbe('readiness', readinessProbe, target, probeListener, clock, signal);
  }

  if (spec.startupProbe) void runProbe('startup', spec.startupProbe, target, probeListener, clock, signal);
  else begin();
}
