import { type Clock, type Log, sleep } from '@serval/kube/client';
import type { KubeObject } from '@serval/kube/objects';
import { type Reference, referenceId } from './lookup.ts';
import { ReferenceRefused } from './read-reference.ts';
import type { ReadReference } from './resolve-delivery.ts';

export interface ReferenceCache {
  /** As last read; read now where it is not kept. Throws `ReferenceRefused` where it may not be read, or no longer. */
  read: ReadReference;
  /** Reads it again soon: somebody saw that it changed. */
  changed(reference: Reference): void;
  /** How many are kept. */
  size(): number;
  /** Called when what is kept turned out to be another object, or none, than what was read before. */
  onChange(listener: (reference: Reference) => void): () => void;
}

/** What a read came to. Of what may not be read any more, what was read before does not count: it may have been revoked. */
type Found = { readonly object: KubeObject | undefined } | { readonly refusal: ReferenceRefused };

interface Kept {
  readonly reference: Reference;
  readonly found: Found;
  readAt: number;
  usedAt: number;
}

export interface ReferenceCacheOptions {
  readonly read: ReadReference;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Objects that are kept. Default 4,000: of 1,000 namespaces, an account, two Secrets and a ConfigMap each. */
  readonly limit?: number;
  /** Told of every time that one is asked for: kept already, read for it, or read again as its time had come. */
  readonly count?: (outcome: 'kept' | 'read' | 'reread') => void;
}

/** How soon a change is seen of what nobody watches. A person waits for a missing Secret or ConfigMap, or for a right; of accounts, none may be meant. */
const recheckMs = { usual: 60_000, missing: 5_000 } as const;
/** What no reconcile has asked for so long is forgotten. Services are reconciled at least when their Pods change. */
const forgetAfterMs = 24 * 3_600_000;
const tickMs = 1_000;
/** Re-reads of one tick, so that many namespaces do not burden the API server at once. */
const readsPerTick = 50;

/**
 * Objects that services refer to, by name. They are asked for again from time to time instead of watched: a watch of all
 * Secrets or ConfigMaps would have to be allowed, and would bring thousands that no service names.
 */
export function createReferenceCache({
  read,
  clock,
  log,
  signal,
  limit = 4_000,
  count = () => {},
}: ReferenceCacheOptions): ReferenceCache {
  const kept = new Map<string, Kept>();
  const listeners = new Set<(reference: Reference) => void>();

  async function find(reference: Reference, asked: AbortSignal): Promise<Found> {
    try {
      return { object: await read(reference, asked) };
    } catch (refusal) {
      if (refusal instanceof ReferenceRefused) return { refusal };
      throw refusal;
    }
  }

  function keep(reference: Reference, found: Found, usedAt: number): void {
    const id = referenceId(reference);
    const before = kept.get(id);
    // Last in the map is last read, so that the first is the one to go.
    kept.delete(id);
    kept.set(id, { reference, found, readAt: clock.now(), usedAt });
    if (kept.size > limit) kept.delete(kept.keys().next().value ?? '');
    if (!before || versionOf(before.found) === versionOf(found)) return;
    for (const listener of [...listeners]) listener(reference);
  }

  function due(): Kept[] {
    const now = clock.now();
    for (const [id, { usedAt }] of kept) if (now - usedAt > forgetAfterMs) kept.delete(id);
    return [...kept.values()]
      .filter((entry) => now - entry.readAt >= recheckMs[isWaitedFor(entry) ? 'missing' : 'usual'])
      .sort((a, b) => a.readAt - b.readAt)
      .slice(0, readsPerTick);
  }

  async function recheck({ reference, usedAt }: Kept): Promise<void> {
    count('reread');
    try {
      keep(reference, await find(reference, signal), usedAt);
    } catch (error) {
      if (signal.aborted) return;
      log.debug({ ...reference, error: String(error) }, 'a reference could not be read again');
      const entry = kept.get(referenceId(reference));
      if (entry) entry.readAt = clock.now();
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await sleep(clock, tickMs, signal);
      if (!signal.aborted) await Promise.all(due().map(recheck));
    }
  }
  void run();

  return {
    async read(reference, given) {
      const entry = kept.get(referenceId(reference));
      if (entry) {
        entry.usedAt = clock.now();
        count('kept');
        return objectOf(entry.found);
      }
      count('read');
      const found = await find(reference, given);
      keep(reference, found, clock.now());
      return objectOf(found);
    },
    changed(reference) {
      const entry = kept.get(referenceId(reference));
      if (entry) void recheck(entry);
    },
    size: () => kept.size,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function objectOf(found: Found): KubeObject | undefined {
  if ('refusal' in found) throw found.refusal;
  return found.object;
}

function isWaitedFor({ reference: { kind }, found }: Kept): boolean {
  if ('refusal' in found) return true;
  return found.object === undefined && (kind === 'Secret' || kind === 'ConfigMap');
}

function versionOf(found: Found): string {
  if ('refusal' in found) return 'refused';
  const { object } = found;
  return object ? `${object.metadata.uid}/${object.metadata.resourceVersion}` : '';
}
