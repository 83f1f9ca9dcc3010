import type { KubeEvent } from '../../objects/core.ts';

/** An event as a controller reports it. */
export interface EventInput {
  involvedObject: KubeEvent['involvedObject'];
  type: 'Normal' | 'Warning';
  /** PascalCase, constant. */
  reason: string;
  message: string;
}

export interface EventDecision {
  /** Events of the same key are one object, which is counted up. */
  key: string;
  message: string;
  /** How often it happened, this time included. */
  count: number;
}

export interface EventAggregator {
  /** What to write, or nothing when the object has had its share of events. */
  decide(event: EventInput, nowMs: number): EventDecision | undefined;
  /** The counted object is gone from the server: count anew. */
  forget(key: string): void;
}

/** As client-go's: similar events are combined after ten different messages within ten minutes … */
const maxDifferentMessages = 10;
const similarWindowMs = 600_000;
/** … and an object gets 25 events at once, then one every five minutes. */
const burst = 25;
const refillMs = 300_000;
/** Objects and events remembered at once. */
const maxRemembered = 4096;

export function createEventAggregator(): EventAggregator {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const similar = new Map<string, { messages: Set<string>; at: number }>();
  const counts = new Map<string, number>();

  function allowed(objectKey: string, now: number): boolean {
    const bucket = buckets.get(objectKey) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillMs);
    remember(buckets, objectKey, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }

  function combined(groupKey: string, message: string, now: number): boolean {
    const known = similar.get(groupKey);
    const current = known && now - known.at < similarWindowMs ? known : { messages: new Set<string>(), at: now };
    if (current.messages.size <= maxDifferentMessages) current.messages.add(message);
    remember(similar, groupKey, current);
    return current.messages.size > maxDifferentMessages;
  }

  return {
    decide({ involvedObject, type, reason, message }, now) {
      const { kind, namespace, name, uid, fieldPath } = involvedObject;
      const objectKey = JSON.stringify([kind, namespace, name, uid]);
      const groupKey = JSON.stringify([objectKey, fieldPath, type, reason]);
      const isCombined = combined(groupKey, message, now);
      const key = isCombined ? groupKey : JSON.stringify([groupKey, message]);
      if (!allowed(objectKey, now)) return undefined;
      const count = (counts.get(key) ?? 0) + 1;
      remember(counts, key, count);
      return { key, count, message: isCombined ? `(combined from similar events): ${message}` : message };
    },
    forget: (key) => void counts.set(key, 1),
  };
}

/** Sets an entry as the newest and drops the oldest beyond the bound. */
export function remember<V>(entries: Map<string, V>, key: string, value: V): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > maxRemembered && oldest !== undefined) entries.delete(oldest);
}
