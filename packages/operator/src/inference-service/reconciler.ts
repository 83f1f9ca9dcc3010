import { type InferenceService, type InferenceServiceStatus, inferenceServices } from '@serval/api';
import {
  type Applier,
  type Child,
  type Client,
  type Clock,
  type EventRecorder,
  type Reconciled,
  rfc3339,
} from '@serval/kube/client';
import {
  deepEqual,
  isNamespaceTerminating,
  isStatusError,
  type KubeObject,
  keyOf,
  type NamespacedName,
} from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { ConfigSource } from '../config/config-source.ts';
import type { DeliveryContext } from '../credentials/decide-delivery.ts';
import type { ReadReference } from '../credentials/resolve-delivery.ts';
import { recordReads, rollsOut, withCredentialChecksum } from '../rollout/rollout.ts';
import { withApplied } from './applied.ts';
import { childOf, liveChildren, otherOwner } from './children.ts';
import { betweenModes } from './mode-change.ts';
import { keepingFormerParents, type MovingDeps, prunesWaysIn } from './moving.ts';
import { type Caches, childrenIn, observe, serviceIndex } from './observe.ts';
import { parentReferenceOf } from './render/http-route.ts';
import { renderInferenceService } from './render/render-inference-service.ts';
import { withoutRetained } from './retained.ts';
import { statusFrom } from './status.ts';
import { createStatusPace, isUrgent } from './status-pace.ts';
import { withStorage } from './storage.ts';
import { transitions } from './transitions.ts';

export interface InferenceServiceDeps {
  readonly caches: Caches;
  readonly client: Client;
  readonly applier: Applier;
  readonly config: ConfigSource;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** Reads what services refer to by name, from a cache. */
  readonly references: ReadReference;
  /** How the certificates are that the service's storage is trusted by. */
  readonly certificates: (service: InferenceService) => ConditionResult | undefined;
  /** Key of checksums of credentials. */
  readonly checksumKey: (signal: AbortSignal) => Promise<Uint8Array>;
  readonly deliveryContext: () => DeliveryContext;
}

/** Brings one service to what it asks for: observe, render, apply, status. */
export function createInferenceServiceReconciler({
  caches,
  client,
  applier,
  config,
  events,
  clock,
  references,
  certificates,
  checksumKey,
  deliveryContext,
}: InferenceServiceDeps) {
  const pace = createStatusPace(clock);
  return async ({ namespace, name }: NamespacedName, signal: AbortSignal): Promise<Reconciled> => {
    const observed = observe(caches, config.current(), namespace, name);
    // Of a deleted service, the owner references clean up.
    if (!observed || observed.service.metadata.deletionTimestamp) return pace.forget(keyOf({ namespace, name }));
    const { service, runtimes } = observed;
    const reads = recordReads(references);
    const stored = await withStorage(
      renderInferenceService({
        service,
        runtimes,
        config: config.current(),
        observed: childrenIn(observed),
        capabilities: observed.ingress.capabilities,
      }),
      deliveryContext(),
      reads.read,
      signal,
    );
    const rendered = rollsOut(service, config.current())
      ? withCredentialChecksum(stored, service, config.current(), reads.seen(), await checksumKey(signal))
      : stored;
    let refusal: Error | undefined;
    let applied: readonly KubeObject[] = [];
    if (rendered.state !== 'failed' && rendered.state !== 'elsewhere') {
      const moving: MovingDeps = {
        observed: observed.ingress,
        parent: parentReferenceOf(config.current()),
        exists: (ref, own) => caches.gateways.get(ref.namespace ?? own, ref.name) !== undefined,
      };
      const live = liveChildren(caches, namespace, name);
      const { children, mayGo } = betweenModes(
        rendered.objects.map((object) => childOf(keepingFormerParents(object, moving))),
        live,
      );
      const taken = children.map((child) => otherOwner(caches, child, service));
      const desired = children.filter((_, index) => taken[index] === undefined);
      const conflicts = taken.filter((owner) => owner !== undefined);
      if (conflicts.length > 0) refusal = new Error(conflicts.join('; '));
      try {
        const pods = caches.pods.byIndex(serviceIndex, keyOf({ namespace, name }));
        const prunable = rendered.state === 'serving' ? withoutRetained(desired, live, pods) : live;
        const waysInMayGo = prunesWaysIn(rendered.objects, moving);
        const prunes = (child: Child) => mayGo(child) && waysInMayGo(child);
        applied = (await applier.applyChildren({ owner: service, desired, live: prunable, prunes, signal })).objects;
      } catch (error) {
        if (failuresOf(error).every(isNamespaceTerminating)) return;
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
    const seen = {
      ...withApplied(observed, applied),
      home: deliveryContext().home,
      certificates: certificates(service),
    };
    const status = statusFrom(seen, rendered, config.current(), rfc3339(clock.now()), refusal?.message);
    const requeue = await tell(service, status, signal);
    // What was refused may be allowed later: a quota, a policy, an object in the way.
    if (refusal) throw refusal;
    return requeue;
  };

  async function tell(
    service: InferenceService,
    status: InferenceServiceStatus,
    signal: AbortSignal,
  ): Promise<Reconciled> {
    const key = keyOf(service.metadata);
    if (deepEqual(service.status, status)) return pace.settled(key);
    const version = service.metadata.resourceVersion ?? '';
    if (pace.isStale(key, version)) return undefined;
    const waitMs = isUrgent(service.status, status) ? 0 : pace.waitMs(key, status);
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const written = await writeStatus({ ...service, status }, signal);
    if (!written) return undefined;
    pace.settled(key);
    // One that changes nothing makes no version, and no event that would bring it.
    if (written.metadata.resourceVersion !== version) pace.wrote(key, version);
    for (const { type, reason, message } of transitions(service.metadata.name ?? '', service.status, status)) {
      events.record(service, type, reason, message);
    }
    return undefined;
  }

  /** With the version that was looked at: a status made of an older specification never covers a newer one's. */
  async function writeStatus(service: InferenceService, signal: AbortSignal): Promise<InferenceService | undefined> {
    try {
      return await client.update(inferenceServices, service, { subresource: 'status', signal });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    }
  }
}

/** The API server understood a child and said no; anything else (conflicts, outages) is none of a person's business. */
function isRefusal(error: unknown): error is Error {
  return failuresOf(error).some((failure) =>
    isStatusError(failure, 'Invalid', 'Forbidden', 'BadRequest', 'MethodNotAllowed', 'RequestEntityTooLarge'),
  );
}

function failuresOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors : [error];
}
