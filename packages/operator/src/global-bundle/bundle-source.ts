import { type Client, type Clock, createReflector, type Log, type Reflector } from '@serval/kube/client';
import { type ConfigMap, configMaps, deepEqual } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import { type BundleState, readBundle } from './bundle-state.ts';

/** The ConfigMap that the configuration names as the platform's certificates. */
export interface BundleSource {
  current(): BundleState;
  /** As it is stored, to tell about it. */
  object(): ConfigMap | undefined;
  /** Called after the state changed. Returns the way to unsubscribe. */
  onChange(listener: () => void): () => void;
  close(): void;
}

export interface BundleSourceOptions {
  readonly client: Client;
  /** The platform's own. */
  readonly namespace: string;
  readonly config: ConfigSource;
  /** Resolves when the configuration has been read. */
  readonly configured: Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Follows the one ConfigMap that is named, and another once another is named. A broken one changes nothing and is told. */
export function createBundleSource(options: BundleSourceOptions): BundleSource {
  const { client, namespace, config, clock, log, signal } = options;
  const listeners = new Set<() => void>();
  let state: BundleState = { state: 'unknown' };
  let followed: { name: string; reflector: Reflector<ConfigMap>; stop: AbortController } | undefined;
  let isConfigured = false;

  function become(next: BundleState): void {
    if (deepEqual(state, next)) return;
    state = next;
    if (next.state === 'broken') log.error({ problem: next.problem }, 'the global bundle cannot be used; copies stay');
    for (const listener of [...listeners]) listener();
  }

  function read(): void {
    if (!followed) return;
    const { name, reflector } = followed;
    become(readBundle(`${namespace}/${name}`, reflector.get(namespace, name), state, new Date(clock.now())));
  }

  function follow(): void {
    // Defaults that stand in for a configuration that cannot be read would take every copy away.
    if (!isConfigured || signal.aborted || !config.isWritten()) return;
    const name = config.current().storageInitializer.caBundleConfigMapName ?? '';
    if (name === (followed?.name ?? '')) {
      if (name === '') become({ state: 'off' });
      return;
    }
    followed?.stop.abort(new Error('another bundle is configured'));
    followed = undefined;
    if (name === '') {
      become({ state: 'off' });
      return;
    }
    const stop = new AbortController();
    const ending = AbortSignal.any([signal, stop.signal]);
    const fieldSelector = `metadata.name=${name}`;
    const reflector = createReflector({
      client,
      resource: configMaps,
      namespace,
      fieldSelector,
      clock,
      log,
      signal: ending,
    });
    const mine = { name, reflector, stop };
    followed = mine;
    reflector.synced.then(
      () => {
        if (followed !== mine) return;
        read();
        reflector.onChange(() => followed === mine && read());
      },
      () => {},
    );
  }

  const unsubscribe = config.onChange(follow);
  options.configured.then(
    () => {
      isConfigured = true;
      follow();
    },
    () => {},
  );
  return {
    current: () => state,
    object: () => followed?.reflector.get(namespace, followed.name),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      unsubscribe();
      followed?.stop.abort(new Error('the operator is closed'));
    },
  };
}
