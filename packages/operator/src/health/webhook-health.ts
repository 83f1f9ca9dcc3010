import { randomUUID } from 'node:crypto';
import type { CustomResourceDefinition } from '@serval/api';
import { type Clock, type EventRecorder, type Log, rfc3339, systemClock } from '@serval/kube/client';
import { clientConfigsOf, type FoundClientConfig } from '../registration/client-configs.ts';
import type { WebhookObject, WebhookObjects } from '../registration/webhook-objects.ts';
import type { CallWebhook } from './call-over-tls.ts';
import { explainFailure, type Failure } from './explain-failure.ts';
import { type WebhookHealth, webhookHealthData } from './health-report.ts';
import { faultOfAnswer, probeReview } from './probe-review.ts';
import { createTellChanges } from './tell-changes.ts';
import type { HealthSource } from './write-health.ts';

export interface WebhookHealthOptions {
  readonly objects: WebhookObjects;
  readonly call: CallWebhook;
  /** Tells of changes; nothing on replicas that do not lead. */
  readonly events?: () => EventRecorder | undefined;
  readonly clock?: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface WebhookHealthMonitor {
  /** Empty until everything was probed once. */
  current(): readonly WebhookHealth[];
  /** Called when a webhook fell ill, recovered, came or went. */
  onChange(listener: () => void): () => void;
  /** Resolves after the first round. */
  readonly first: Promise<void>;
  /** Probes at once. */
  look(): void;
  close(): Promise<void>;
}

const roundEveryMs = 30_000;
/** While something fails: to see soon that it recovered. */
const roundWhileFailingMs = 5_000;
const probeTimeoutMs = 10_000;
/** At once, of two dozen webhooks. */
const atOnce = 4;
/** Changes of the objects come in bursts, and what was announced takes a moment. */
const settleMs = 500;

/**
 * Probes each webhook that API servers are told of, end to end: at the address and with the `caBundle` that are stored in their
 * objects, not with what the operator itself knows.
 */
export function createWebhookHealth(options: WebhookHealthOptions): WebhookHealthMonitor {
  const { objects, clock = systemClock, log, signal: outer } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([outer, closing.signal]);
  const listeners = new Set<() => void>();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {});
  let checks: readonly WebhookHealth[] = [];
  const tell = createTellChanges(log, () => options.events?.(), clock.now);
  let rounds = 0;
  let working: Promise<void> | undefined;
  let again = false;
  /** Something changed that the round under way may not have seen. */
  let changed = false;
  let cancelTimer = () => {};

  function look(): void {
    again = true;
    if (!signal.aborted) working ??= work();
  }

  function lookAfter(ms: number): void {
    cancelTimer();
    if (!signal.aborted) cancelTimer = clock.after(ms, look);
  }

  async function work(): Promise<void> {
    try {
      await objects.synced;
      while (again && !signal.aborted) {
        again = false;
        changed = false;
        await round();
      }
    } catch (error) {
      first.reject(error);
    }
    working = undefined;
    const isFailing = checks.some(({ failure }) => failure);
    lookAfter(changed ? settleMs : isFailing ? roundWhileFailingMs : roundEveryMs);
  }

  async function round(): Promise<void> {
    const targets = objects.objects.flatMap(targetsOf);
    const failures = new Map<Target, Failure | undefined>();
    const waiting = [...targets];
    const workers = Array.from({ length: atOnce }, async () => {
      for (let target = waiting.shift(); target && !signal.aborted; target = waiting.shift()) {
        failures.set(target, await probe(target, options.call, signal));
      }
    });
    await Promise.all(workers);
    // A round that was cut short would tell of failures that are none.
    if (!signal.aborted) conclude(targets, failures);
  }

  function conclude(targets: readonly Target[], failures: ReadonlyMap<Target, Failure | undefined>): void {
    const before = new Map(checks.map((check) => [check.name, check]));
    let differs = checks.length !== targets.length;
    const now = rfc3339(clock.now());
    checks = targets.map((target): WebhookHealth => {
      const failure = failures.get(target);
      const known = before.get(target.name);
      if (known && known.failure?.reason === failure?.reason) return known;
      differs = true;
      return { name: target.name, ...(failure ? { failure } : {}), since: now };
    });
    for (const [object, its] of Map.groupBy(targets, (target) => target.object)) {
      tell({
        name: `${object.resource.kind}/${object.name}`,
        live: object.live(),
        webhooks: its.length,
        failures: its.flatMap((target) => failures.get(target) ?? []),
      });
    }
    rounds++;
    if (rounds === 1) first.resolve();
    if (differs || rounds === 1) for (const listener of [...listeners]) listener();
  }

  const stop = objects.onChange(() => {
    changed = true;
    if (!working) lookAfter(settleMs);
  });
  look();
  return {
    current: () => checks,
    first: first.promise,
    look,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort(new Error('the operator is closed'));
      // Who still waits for it waits in vain.
      first.reject(new Error('the operator is closed'));
      stop();
      cancelTimer();
      await working;
    },
  };
}

/** For the ConfigMap in which health is told. */
export function webhookSource({ first, onChange, current }: WebhookHealthMonitor): HealthSource {
  return { first, onChange, data: (told) => webhookHealthData(current(), told) };
}

interface Target {
  readonly name: string;
  readonly object: WebhookObject;
  readonly found?: FoundClientConfig;
  /** What there is instead. */
  readonly missing?: string;
}

/**
 * An object that is missing is a failure too: without it, API servers ask nobody. So is a definition of several versions that nobody
 * converts: fields of one version would be passed off as another's.
 */
function targetsOf(object: WebhookObject): Target[] {
  const live = object.live();
  const prefix = `${object.resource.kind}/${object.name}`;
  if (!live) return [{ name: prefix, object, missing: 'does not exist' }];
  const targets = clientConfigsOf(live).map((found) => ({ name: `${prefix} ${found.webhook}`, object, found }));
  const { versions = [] } = (live as Partial<CustomResourceDefinition>).spec ?? {};
  if (targets.length > 0 || versions.filter(({ served }) => served).length < 2) return targets;
  return [{ name: `${prefix} conversion`, object, missing: 'serves several versions, and nobody converts them' }];
}

async function probe(
  { object, found, missing }: Target,
  call: CallWebhook,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  if (!found) {
    const what = `${object.resource.kind} ${object.name}`;
    return { reason: `${what} ${missing}`, wayOut: 'apply the manifests of the installation again' };
  }
  const uid = randomUUID();
  const ending = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
  try {
    const fault = faultOfAnswer(await call(found.clientConfig, probeReview(found.path, uid), ending), uid);
    return fault === undefined ? undefined : explainFailure(new Error(fault), found.clientConfig);
  } catch (error) {
    return explainFailure(error, found.clientConfig);
  }
}
