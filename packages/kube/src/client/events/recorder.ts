import { events, type KubeEvent } from '../../objects/core.ts';
import type { KubeObject } from '../../objects/meta.ts';
import { isStatusError } from '../../objects/status-error.ts';
import type { Client } from '../client.ts';
import { type Clock, rfc3339, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { createEventAggregator, type EventDecision, type EventInput, remember } from './aggregate.ts';

export interface EventRecorder {
  /** Tells about the object, soon. Never throws; an event that cannot be written is logged and dropped. */
  record(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    /** The part of the object it is about, such as `spec.containers{main}`. */
    options?: { fieldPath?: string },
  ): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

/** Events that wait to be written; more are dropped, oldest first. */
const maxPending = 1000;
/** `core/v1 Event` takes no longer message. */
const maxMessageLength = 1024;

/** Writes Events for what a person should see in `kubectl describe`: repeated ones are counted, floods are cut. */
export function createEventRecorder({
  client,
  component,
  instance = '',
  log,
  clock = systemClock,
  signal,
}: {
  client: Client;
  /** `source.component`, such as `deployment-controller`. */
  component: string;
  instance?: string;
  log: Log;
  clock?: Clock;
  signal?: AbortSignal;
}): EventRecorder {
  const aggregator = createEventAggregator();
  const written = new Map<string, { namespace: string; name: string }>();
  const pending: EventInput[] = [];
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let event = pending.shift(); event !== undefined && !signal?.aborted; event = pending.shift()) {
      try {
        await write(event);
      } catch (error) {
        const { reason, involvedObject } = event;
        const message = error instanceof Error ? error.message : String(error);
        log.debug({ reason, involvedObject, error: message }, 'an event was dropped');
      }
    }
    working = undefined;
  }

  async function write(event: EventInput): Promise<void> {
    const now = clock.now();
    const decision = aggregator.decide(event, now);
    if (decision === undefined) return;
    const known = written.get(decision.key);
    if (known === undefined || !(await countUp(known, decision, now))) await create(event, decision, now);
  }

  async function countUp(
    known: { namespace: string; name: string },
    decision: EventDecision,
    now: number,
  ): Promise<boolean> {
    const patch = { count: decision.count, lastTimestamp: rfc3339(now), message: cut(decision.message) };
    try {
      await client.patch(events, known, 'merge', patch, { ...(signal ? { signal } : {}) });
      return true;
    } catch (error) {
      // Events are kept for an hour only.
      if (!isStatusError(error, 'NotFound')) throw error;
      aggregator.forget(decision.key);
      decision.count = 1;
      return false;
    }
  }

  async function create(
    { involvedObject, type, reason }: EventInput,
    { key, count, message }: EventDecision,
    now: number,
  ) {
    const namespace = involvedObject.namespace || 'default';
    // Nanoseconds in hexadecimal, as client-go names them; the last digits tell apart what one millisecond brought.
    const stamp = (BigInt(now) * 1_000_000n + BigInt(written.size % 1000)).toString(16);
    const event: KubeEvent = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace, name: `${(involvedObject.name ?? 'unknown').slice(0, 220)}.${stamp}` },
      involvedObject,
      type,
      reason,
      message: cut(message),
      count,
      firstTimestamp: rfc3339(now),
      lastTimestamp: rfc3339(now),
      source: { component },
      reportingComponent: component,
      reportingInstance: instance,
    };
    const created = await client.create(events, event, { ...(signal ? { signal } : {}) });
    remember(written, key, { namespace, name: created.metadata.name ?? '' });
  }

  return {
    record(object, type, reason, message, { fieldPath } = {}) {
      const { namespace, name, uid, resourceVersion } = object.metadata;
      const involvedObject = {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace,
        name,
        uid,
        resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      };
      if (pending.push({ involvedObject, type, reason, message }) > maxPending) pending.shift();
      working ??= work();
    },
    async flush() {
      while (working !== undefined) await working;
    },
  };
}

function cut(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength - 1)}…` : message;
}
