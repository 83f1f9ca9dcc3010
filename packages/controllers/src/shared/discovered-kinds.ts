import {
  type Client,
  type Clock,
  createReflector,
  type DiscoveredResource,
  discoverResources,
  type Log,
  sleep,
} from '@serval/kube/client';
import { defineResource } from '@serval/kube/objects';
import { messageOf } from './message-of.ts';

const customResourceDefinitions = defineResource({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

export interface DiscoveredKinds {
  /** Resolves after the first discovery. */
  readonly synced: Promise<void>;
  current(): readonly DiscoveredResource[];
  onChange(listener: (kinds: readonly DiscoveredResource[]) => void): void;
}

/** A new kind is served shortly after its definition was written; several definitions mostly come together. */
const settleMs = 200;
/** Kinds of extension servers come without a definition to watch. */
const everyMs = 300_000;
const retryMs = 1000;

/** What the server has, asked again whenever a CustomResourceDefinition changes. */
export function createDiscoveredKinds({
  client,
  clock,
  log,
  signal,
}: {
  client: Client;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): DiscoveredKinds {
  let kinds: readonly DiscoveredResource[] = [];
  let wake = new AbortController();
  const listeners: ((kinds: readonly DiscoveredResource[]) => void)[] = [];
  const synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {});

  const definitions = createReflector({
    client,
    resource: customResourceDefinitions,
    transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    clock,
    log,
    signal,
  });
  definitions.onChange(() => wake.abort());

  async function run(): Promise<void> {
    while (!signal.aborted) {
      wake = new AbortController();
      const woken = AbortSignal.any([signal, wake.signal]);
      try {
        kinds = await discoverResources(client, signal);
        for (const listener of listeners) listener(kinds);
        synced.resolve();
        await sleep(clock, everyMs, woken);
        await sleep(clock, settleMs, signal);
      } catch (error) {
        if (!signal.aborted) log.debug({ error: messageOf(error) }, 'discovery failed');
        await sleep(clock, retryMs, signal);
      }
    }
    synced.reject(signal.reason);
  }
  void run();
  return { synced: synced.promise, current: () => kinds, onChange: (listener) => void listeners.push(listener) };
}
