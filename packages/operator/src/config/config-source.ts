import type { Log, Reflector } from '@serval/kube/client';
import type { ConfigMap } from '@serval/kube/objects';
import { configInForceName } from '../declarations/installed-names.ts';
import { type ReadConfig, readServingConfig } from './parse-config.ts';
import { configMapName, type ServingConfig } from './serving-config.ts';

/**
 * What is in force:
 * - `Unread`: nothing was read yet; defaults stand in.
 * - `AsWritten`: what the ConfigMap says.
 * - `Defaults`: there is no ConfigMap, and never was one.
 * - `LastGood`: the ConfigMap has a value that cannot be, or is gone; what it said before holds, all of it.
 * - `Unusable`: it has a value that cannot be, and nothing good is known. Nothing is reconciled; defaults stand in for what is wrong.
 */
type ConfigState = 'Unread' | 'AsWritten' | 'Defaults' | 'LastGood' | 'Unusable';

interface ConfigHealth {
  readonly state: ConfigState;
  /** What is wrong with the ConfigMap, in one sentence without secrets; nothing while it is in force. */
  readonly problem?: string;
}

/** The configuration in force. */
export interface ConfigSource {
  current(): ServingConfig;
  /** Whether somebody wrote what is in force, now or before: not so where defaults stand in. */
  isWritten(): boolean;
  health(): ConfigHealth;
  /** Why these sections cannot be relied on; nothing while they can. */
  problemOf(sections: readonly (keyof ServingConfig)[]): string | undefined;
  /** Resolves when the ConfigMaps were read. */
  readonly read: Promise<void>;
  /** Resolves when there is a configuration that can be relied on as a whole. It stays so. */
  readonly usable: Promise<void>;
  /** Called after the configuration or its health changed. Returns the way to unsubscribe. */
  onChange(listener: () => void): () => void;
}

export interface ConfigSourceOptions {
  /** The ConfigMap that people write. */
  readonly written: Reflector<ConfigMap>;
  /** What was in force last, over restarts. */
  readonly inForce: Reflector<ConfigMap>;
  readonly namespace: string;
  readonly log: Log;
}

/**
 * Follows the ConfigMap. One with a value that cannot be changes nothing, and neither does its end: the last good configuration stays in force as a
 * whole, since sections belong together. After a restart that is the one that was kept (`keepInForce`).
 */
export function createConfigSource({ written, inForce, namespace, log }: ConfigSourceOptions): ConfigSource {
  const listeners = new Set<() => void>();
  const usable = Promise.withResolvers<void>();
  usable.promise.catch(() => {});
  let current = readServingConfig(undefined).config;
  let lastGood: ServingConfig | undefined;
  let health: ConfigHealth = { state: 'Unread' };
  let problems: ReadConfig['problems'] = [];

  function look(): void {
    const before = health.problem;
    const object = written.get(namespace, configMapName);
    const read = readServingConfig(object);
    problems = read.problems;
    if (object && problems.length === 0) {
      [lastGood, health] = [read.config, { state: 'AsWritten' }];
    } else {
      lastGood ??= keptConfig();
      const problem = object ? sentenceOf(problems) : `ConfigMap ${namespace}/${configMapName} is gone`;
      if (lastGood && (object || health.state !== 'Defaults')) health = { state: 'LastGood', problem };
      else if (object) health = { state: 'Unusable', problem };
      else [lastGood, health] = [read.config, { state: 'Defaults' }];
    }
    current = lastGood ?? read.config;
    if (health.problem !== undefined && health.problem !== before) {
      const effect = lastGood ? 'the last good one stays in force' : 'nothing is reconciled until it is mended';
      log.error({ error: health.problem }, `the configuration is wrong; ${effect}`);
    }
    if (health.state !== 'Unusable') usable.resolve();
    for (const listener of [...listeners]) listener();
  }

  function keptConfig(): ServingConfig | undefined {
    const kept = inForce.get(namespace, configInForceName);
    if (!kept) return undefined;
    const read = readServingConfig(kept);
    return read.problems.length === 0 ? read.config : undefined;
  }

  const read = Promise.all([written.synced, inForce.synced]).then(() => {
    written.onChange(look);
    look();
  });
  read.catch((error: unknown) => usable.reject(error));

  return {
    current: () => current,
    isWritten: () => health.state === 'AsWritten' || health.state === 'LastGood',
    health: () => health,
    problemOf(sections) {
      if (health.state !== 'Unusable') return undefined;
      const names: readonly string[] = sections;
      const needed = problems.filter(({ path }) => names.includes(path.split('.')[0] ?? ''));
      return needed.length > 0 ? sentenceOf(needed) : undefined;
    },
    read,
    usable: usable.promise,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function sentenceOf(problems: ReadConfig['problems']): string {
  return problems.map(({ path, message }) => `${path} ${message}`).join('; ');
}
