import { type Client, type Clock, type Log, systemClock } from '@serval/kube/client';
import { configMaps, deepEqual, isStatusError } from '@serval/kube/objects';
import { healthConfigMapName } from '../declarations/installed-names.ts';
import { healthConfigMap } from './health-report.ts';

const retryMs = 5_000;
/** Several write it, each its own keys: one that was there first is no failure. */
const attempts = 5;

/** Who tells something of the platform's health. */
export interface HealthSource {
  /** Resolves when there is something to tell. */
  readonly first: Promise<void>;
  onChange(listener: () => void): () => void;
  /** Its own keys of the ConfigMap, given what is in it; those of others stay. */
  data(told: Readonly<Record<string, string>>): Record<string, string>;
}

/** Writes what a source tells into a ConfigMap, whenever it changes and `isWriter` says that it is ours to write. */
export function createHealthWriter(options: {
  client: Client;
  namespace: string;
  source: HealthSource;
  isWriter: () => boolean;
  clock?: Clock;
  log: Log;
  signal: AbortSignal;
}): { look(): void; close(): Promise<void> } {
  const { client, namespace, source, log, clock = systemClock, signal } = options;
  let working: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let cancelTimer = () => {};

  function look(): void {
    again = true;
    if (!closed) working ??= work();
  }

  async function work(): Promise<void> {
    try {
      await source.first;
      while (again && !closed && !signal.aborted) {
        again = false;
        cancelTimer();
        if (options.isWriter()) await write(attempts);
      }
    } catch (error) {
      if (!closed && !signal.aborted) {
        log.warn({ configMap: healthConfigMapName, error: String(error) }, 'health not written');
        cancelTimer = clock.after(retryMs, look);
      }
    }
    working = undefined;
  }

  async function write(left: number): Promise<void> {
    try {
      const live = await client.get(configMaps, { namespace, name: healthConfigMapName }, { signal });
      const data = { ...live.data, ...source.data(live.data ?? {}) };
      if (!deepEqual(live.data, data)) await client.update(configMaps, { ...live, data }, { signal });
    } catch (error) {
      if (isStatusError(error, 'Conflict') && left > 1) return await write(left - 1);
      if (!isStatusError(error, 'NotFound')) throw error;
      await client.create(configMaps, healthConfigMap(namespace, source.data({})), { signal }).catch((raced) => {
        if (!isStatusError(raced, 'AlreadyExists') || left <= 1) throw raced;
        return write(left - 1);
      });
    }
  }

  const stop = source.onChange(look);
  look();
  return {
    look,
    async close() {
      closed = true;
      stop();
      cancelTimer();
      await working;
    },
  };
}
