import { storeKey, WriteConflict } from '../store/change.ts';
import type { RegistryDeps } from './deps.ts';

// Upstream forgets Events an hour after they were last seen (`--event-ttl`).
const lifeMs = 3_600_000;
const lookEveryMs = 300_000;
const eventsId = '/events';

/** Deletes Events that nobody saw again for an hour, now and then. Returns the way to end. */
export function startExpiringEvents(deps: RegistryDeps): () => void {
  const timer = setInterval(() => {
    expireEvents(deps).catch((error: unknown) =>
      deps.log.warn({ error: String(error) }, 'old events were not deleted'),
    );
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

export async function expireEvents({ store, write, clock }: RegistryDeps): Promise<void> {
  const oldest = clock() - lifeMs;
  for (const event of store.list(eventsId)) {
    const { metadata } = event;
    const seen =
      event['series']?.lastObservedTime ?? event['lastTimestamp'] ?? event['eventTime'] ?? metadata.creationTimestamp;
    if (!(Date.parse(seen) < oldest)) continue;
    const key = storeKey(metadata.namespace, metadata.name!);
    try {
      await write({ resource: eventsId, key, expected: metadata.resourceVersion!, object: null });
    } catch (error) {
      // Seen again just now, or deleted by somebody else.
      if (!(error instanceof WriteConflict)) throw error;
    }
  }
}
