import type { InferenceService } from '@serval/api';
import {
  type Client,
  type Clock,
  type Controller,
  createController,
  type EventRecorder,
  type Log,
  type Reflector,
  source as sourceOf,
} from '@serval/kube/client';
import { configMaps, type Pod } from '@serval/kube/objects';
import type { ConfigSource } from '../config/config-source.ts';
import type { ReferenceCache } from '../credentials/reference-cache.ts';
import { clusterTrustBundleId } from '../credentials/trust.ts';
import type { Metrics } from '../health/metrics.ts';
import { timeReconciles } from '../health/own-cost.ts';
import { globalBundleLabel, globalBundleName } from '../names.ts';
import { isReadCheck } from '../pipeline/workloads.ts';
import type { Scope } from '../scope/scope.ts';
import { type BundleSource, createBundleSource } from './bundle-source.ts';
import { createGlobalBundleReconciler } from './reconciler.ts';

export interface GlobalBundleOptions {
  readonly client: Client;
  readonly scope: Scope;
  /** The platform's own. */
  readonly namespace: string;
  readonly config: ConfigSource;
  readonly configured: Promise<unknown>;
  readonly services: Reflector<InferenceService>;
  readonly pods: Reflector<Pod>;
  /** Reads a ClusterTrustBundle, which needs no copies where the cluster serves it. */
  readonly references: Pick<ReferenceCache, 'read' | 'onChange'>;
  readonly events: EventRecorder;
  readonly metrics: Metrics | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The platform's certificates, and their copies in the namespaces that need them. */
export interface GlobalBundle {
  readonly source: BundleSource;
  readonly synced: Promise<void>;
  /** Keeps the copies until it is closed. Only the leader does. */
  startController(): Pick<Controller, 'close'>;
  close(): void;
}

export function createGlobalBundle(options: GlobalBundleOptions): GlobalBundle {
  const { client, scope, services, pods, references, config, events, clock, log } = options;
  const source = createBundleSource(options);
  const fieldSelector = `metadata.name=${globalBundleName}`;
  const copies = scope.reflect(configMaps, { fieldSelector });

  options.metrics?.gauge(
    'serval_global_bundle_usable',
    'Whether the configured global bundle can be handed on.',
    () => {
      const { state } = source.current();
      return state === 'ready' || state === 'broken' ? [{ labels: {}, value: state === 'ready' ? 1 : 0 }] : [];
    },
  );
  options.metrics?.gauge('serval_global_bundle_namespaces', 'Namespaces that have a copy of the global bundle.', () => [
    { labels: {}, value: copies.list({ labels: { [globalBundleLabel]: 'true' } }).length },
  ]);

  async function hasClusterBundle(signal: AbortSignal): Promise<boolean> {
    const name = clusterTrustBundleId(config.current());
    if (name === undefined) return false;
    return (await references.read({ kind: 'ClusterTrustBundle', namespace: '', name }, signal)) !== undefined;
  }

  function startController(): Pick<Controller, 'close'> {
    const controller = createController({
      name: 'global-bundle',
      reconcile: timeReconciles(
        'global-bundle',
        createGlobalBundleReconciler({ services, pods, copies, source, hasClusterBundle, client, events, clock, log }),
        options.metrics,
      ),
      sources: [
        sourceOf(services, ({ object }) => [object.metadata.namespace ?? '']),
        sourceOf(copies, ({ object }) => [object.metadata.namespace ?? '']),
        sourceOf(pods, ({ object }) => (isReadCheck(object) ? [object.metadata.namespace ?? ''] : [])),
      ],
      concurrency: 4,
      clock,
      log,
    });
    let stop = () => {};
    let isClosed = false;
    const lookAtAll = () => {
      tellProblem();
      for (const { metadata } of [...services.list(), ...copies.list()]) controller.queue.add(metadata.namespace ?? '');
    };
    // Before all services are known, a copy would seem to be needed by nobody.
    Promise.all([services.synced, pods.synced, copies.synced]).then(
      () => {
        if (isClosed) return;
        const stops = [
          source.onChange(lookAtAll),
          config.onChange(lookAtAll),
          references.onChange(({ kind }) => kind === 'ClusterTrustBundle' && lookAtAll()),
        ];
        stop = () => {
          for (const each of stops) each();
        };
        lookAtAll();
      },
      () => {},
    );
    return {
      async close() {
        isClosed = true;
        stop();
        await controller.close();
      },
    };
  }

  function tellProblem(): void {
    const state = source.current();
    const object = source.object();
    if (state.state !== 'broken' || !object) return;
    events.record(object, 'Warning', 'GlobalBundleInvalid', `${state.problem}; copies stay as they are`);
  }

  return { source, synced: copies.synced, startController, close: source.close };
}
