import type { Log, Reflector } from '@serval/kube/client';
import type { ConfigMap } from '@serval/kube/objects';
import { ConfigError, parseServingConfig } from './parse-config.ts';
import { configMapName, type ServingConfig } from './serving-config.ts';

/** The configuration in force. */
export interface ConfigSource {
  current(): ServingConfig;
  /** Whether the ConfigMap is there and says what is in force: not so where defaults stand in for one that cannot be read. */
  isAsWritten(): boolean;
  /** Called after the configuration changed. Returns the way to unsubscribe. */
  onChange(listener: () => void): () => void;
}

/** Follows the ConfigMap. One that cannot be read changes nothing: the last good configuration stays in force. */
export function createConfigSource(reflector: Reflector<ConfigMap>, namespace: string, log: Log): ConfigSource {
  let isAsWritten = false;
  let config = read(parseServingConfig(undefined));
  const listeners = new Set<() => void>();
  reflector.onChange(({ object }) => {
    if (object.metadata.name !== configMapName || object.metadata.namespace !== namespace) return;
    config = read(config);
    for (const listener of [...listeners]) listener();
  });

  function read(lastGood: ServingConfig): ServingConfig {
    const written = reflector.get(namespace, configMapName);
    isAsWritten = false;
    try {
      const parsed = parseServingConfig(written);
      isAsWritten = written !== undefined;
      return parsed;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      log.error({ error: error.message }, 'the configuration is wrong; the last good one stays in force');
      return lastGood;
    }
  }

  return {
    current: () => config,
    isAsWritten: () => isAsWritten,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
