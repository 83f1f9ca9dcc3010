import type { Client, Clock, EventRecorder, Log, Reflector } from '@serval/kube/client';
import { type ConfigMap, configMaps, deepEqual } from '@serval/kube/objects';
import { configInForceName, partOfLabels } from '../declarations/installed-names.ts';
import type { ConfigSource } from './config-source.ts';
import { configMapName } from './serving-config.ts';

const retryMs = 5_000;

export interface KeepInForceOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly config: ConfigSource;
  readonly written: Reflector<ConfigMap>;
  readonly inForce: Reflector<ConfigMap>;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps what is in force in a ConfigMap of its own, so that it stays so over a restart, and tells by Events of the ConfigMap that people write
 * when that cannot be taken up, and when it is again. Only the leader does, until the signal aborts.
 */
export function keepInForce(options: KeepInForceOptions, signal: AbortSignal): void {
  const { client, namespace, config, written, inForce, events, clock, log } = options;
  let writing = false;
  let told: string | undefined;
  let cancelRetry = () => {};

  function look(): void {
    if (signal.aborted) return;
    tell();
    if (!writing) void write();
  }

  function tell(): void {
    const { problem, state } = config.health();
    if (problem === told) return;
    told = problem;
    // Of one that is gone, there is nobody to tell.
    const object = written.get(namespace, configMapName);
    if (!object) return;
    if (problem === undefined)
      events.record(object, 'Normal', 'ConfigurationInForce', 'what is written is in force again');
    else {
      const effect = state === 'LastGood' ? 'the last good one stays in force' : 'nothing is reconciled until then';
      events.record(object, 'Warning', 'ConfigurationInvalid', `${problem}; ${effect}`);
    }
  }

  async function write(): Promise<void> {
    cancelRetry();
    writing = true;
    try {
      for (let wanted = missing(); wanted && !signal.aborted; wanted = missing(wanted)) {
        await client.apply(configMaps, wanted, { force: true, signal });
      }
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ configMap: configInForceName, error: String(error) }, 'the configuration in force is not kept');
        cancelRetry = clock.after(retryMs, look);
      }
    }
    writing = false;
  }

  /** What is to be written; nothing when it is there, or was just sent. */
  function missing(sent?: ConfigMap): ConfigMap | undefined {
    const source = written.get(namespace, configMapName);
    if (config.health().state !== 'AsWritten' || !source) return undefined;
    const data = source.data ?? {};
    const kept = inForce.get(namespace, configInForceName);
    if (deepEqual(sent?.data ?? kept?.data ?? (kept ? {} : undefined), data)) return undefined;
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: configInForceName, labels: { ...partOfLabels } },
      data,
    };
  }

  const stops = [config.onChange(look), inForce.onChange(look)];
  signal.addEventListener('abort', () => {
    cancelRetry();
    for (const stop of stops) stop();
  });
  look();
}
