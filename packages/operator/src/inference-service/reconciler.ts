import { type InferenceService, inferenceServices } from '@serval/api';
import {
  type Applier,
  type Client,
  type Clock,
  type EventRecorder,
  type Reconciled,
  rfc3339,
} from '@serval/kube/client';
import { deepEqual, isStatusError, keyOf, type NamespacedName } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { childOf, liveChildren } from './children.ts';
import { type Caches, observe } from './observe.ts';
import { renderInferenceService } from './render/render-inference-service.ts';
import { statusFrom } from './status.ts';
import { createStatusPace, isUrgent } from './status-pace.ts';
import { transitions } from './transitions.ts';

export interface InferenceServiceDeps {
  readonly caches: Caches;
  readonly client: Client;
  readonly applier: Applier;
  readonly config: ConfigSource;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

/** Brings one service to what it asks for: observe, render, apply, status. */
export function createInferenceServiceReconciler({
  caches,
  client,
  applier,
  config,
  events,
  clock,
}: InferenceServiceDeps) {
  const pace = createStatusPace(clock);
  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const observed = observe(caches, config.current(), namespace, name);
    // Of a deleted service, the owner references clean up.
    if (!observed || observed.service.metadata.deletionTimestamp) return pace.forget(keyOf({ namespace, name }));
    const { service, runtimes } = observed;
    const rendered = renderInferenceService({ service, runtimes, config: config.current() });
    const status = statusFrom(observed, rendered, config.current(), rfc3339(clock.now()));
    if (rendered.state !== 'failed') {
      await applier.applyChildren({
        owner: service,
        desired: rendered.objects.map(childOf),
        live: liveChildren(caches, namespace, name),
        signal,
      });
    }
    if (deepEqual(service.status, status)) return undefined;
    const waitMs = isUrgent(service.status, status) ? 0 : pace.waitMs(keyOf({ namespace, name }));
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const written = await writeStatus({ ...service, status }, signal);
    if (!written) return undefined;
    pace.wrote(keyOf({ namespace, name }));
    for (const { type, reason, message } of transitions(name, service.status, status)) {
      events.record(service, type, reason, message);
    }
    return undefined;
  };

  /** With the version that was looked at: a status made of an older specification never covers a newer one's. */
  async function writeStatus(service: InferenceService, signal: AbortSignal): Promise<boolean> {
    try {
      await client.update(inferenceServices, service, { subresource: 'status', signal });
      return true;
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    }
  }
}
