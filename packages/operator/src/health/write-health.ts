import { type Client, type Clock, type Log, systemClock } from '@serval/kube/client';
import { configMaps, deepEqual, isStatusError } from '@serval/kube/objects';
import { healthConfigMapName } from '../declarations/installed-names.ts';
import { healthConfigMap } from './health-report.ts';
import type { WebhookHealthMonitor } from './webhook-health.ts';

const retryMs = 5_000;

/** Writes what the monitor sees into a ConfigMap, whenever it changes and `isWriter` says that it is ours to write. */
export function createHealthWriter(options: {
  client: Client;
  namespace: string;
  monitor: WebhookHealthMonitor;
  isWriter: () => boolean;
  clock?: Clock;
  log: Log;
  signal: AbortSignal;
}): { look(): void; close(): Promise<void> } {
  const { client, namespace, monitor, log, clock = systemClock, signal } = options;
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
      await monitor.first;
      while (again && !closed && !signal.aborted) {
        again = false;
        cancelTimer();
        if (options.isWriter()) await write();
      }
    } catch (error) {
      if (!closed && !signal.aborted) {
        log.warn({ configMap: healthConfigMapName, error: String(error) }, 'health not written');
        cancelTimer = clock.after(retryMs, look);
      }
    }
    working = undefined;
  }

  async function write(): Promise<void> {
    const wanted = healthConfigMap(namespace, monitor.current());
    try {
      const live = await client.get(configMaps, { namespace, name: healthConfigMapName }, { signal });
      if (!deepEqual(live.data, wanted.data)) {
        await client.update(configMaps, { ...live, data: wanted.data ?? {} }, { signal });
      }
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
      await client.create(configMaps, wanted, { signal });
    }
  }

  const stop = monitor.onChange(look);
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
