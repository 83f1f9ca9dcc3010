import { convertObject } from '@serval/api';
import {
  type Client,
  type Clock,
  createApplier,
  createEventRecorder,
  type Log,
  systemClock,
} from '@serval/kube/client';
import { configMaps, type KubeObject, keyOf } from '@serval/kube/objects';
import { type ConfigSource, createConfigSource } from './config/config-source.ts';
import { keepInForce } from './config/keep-in-force.ts';
import { configMapName, defaultNamespace } from './config/serving-config.ts';
import { createReferenceReader } from './credentials/read-reference.ts';
import { createReferenceCache } from './credentials/reference-cache.ts';
import { configInForceName } from './declarations/installed-names.ts';
import { createGlobalBundle } from './global-bundle/global-bundle.ts';
import { createConfigHealth } from './health/config-health.ts';
import { createGatewayHealth, type GatewayHealthMonitor } from './health/gateway-health.ts';
import { joinSources } from './health/join-sources.ts';
import type { Metrics } from './health/metrics.ts';
import { countCached, gaugeCached, gaugeCaches, timeReconciles } from './health/own-cost.ts';
import { createHealthWriter } from './health/write-health.ts';
import { createInferenceServiceReconciler } from './inference-service/reconciler.ts';
import { gatewayOf } from './inference-service/render/http-route.ts';
import { startServiceController } from './inference-service/start-controller.ts';
import { watchServices } from './inference-service/watch.ts';
import { fieldManager } from './names.ts';
import { createPipelines } from './pipeline/pipelines.ts';
import { createPromotions } from './promotion/promotions.ts';
import { startReviews } from './review/reviews.ts';
import { createChecksumKey } from './rollout/checksum-key.ts';
import { type AccessNotes, createAccessNotes } from './scope/access-notes.ts';
import { createScope } from './scope/scope.ts';
import { createStorageConfigKeeping } from './storage-config/storage-config-keeping.ts';
import { watchStorageSecrets } from './storage-config/storage-secrets.ts';
import { createWebhookDispatcher, type Webhooks } from './webhooks/dispatch.ts';
import { createWebhookHandlers } from './webhooks/handlers.ts';

export interface OperatorOptions {
  client: Client;
  /** Where its configuration is. Default `serval-system`. */
  namespace?: string;
  /** Where services are served; everything in other namespaces is left alone. Default: everywhere. */
  watchNamespaces?: readonly string[] | undefined;
  /** Whether it reads what has no namespace: cluster runtimes, classes of gateways, definitions. Default true. */
  clusterScoped?: boolean;
  log: Log;
  clock?: Clock;
  /** Whether it reconciles from the start. Default true; otherwise it does while `reconcile` runs, and answers webhooks always. */
  reconciles?: boolean;
  /** Whether its webhooks are called, which record who approves. Default true. */
  recordsApprovers?: boolean;
  /** Gets what the operator tells about credentials and certificates. */
  metrics?: Metrics;
  /** Ends the operator, as `close` does. */
  signal?: AbortSignal;
}

interface OperatorAccess {
  readonly notes: AccessNotes;
  /** Namespaces of the list whose services are not served. */
  unserved(): readonly { readonly namespace: string; readonly problem: string }[];
}

export interface Operator {
  /** Answers a review that came to a path of the webhook configurations or of a conversion stanza. */
  webhooks: Webhooks;
  /** What admission looks at is there. Rejects when the operator is closed before. */
  readonly admissionReady: Promise<void>;
  /** How the configuration is. */
  readonly config: Pick<ConfigSource, 'health' | 'onChange'>;
  /** Resolves when every cache is filled and reconciling begins; rejects when the operator is closed before. */
  readonly ready: Promise<void>;
  /** What it is kept from reading, and why: rights that are missing, namespaces that are not there. */
  readonly access: OperatorAccess;
  /** How the Gateway is that the configuration names. */
  readonly gatewayHealth: GatewayHealthMonitor;
  /** Reconciles until the signal aborts; resolves when nothing of it runs any more. One at a time. */
  reconcile(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing runs any more. */
  close(): Promise<void>;
}

/**
 * Watches what it serves and reconciles it, through the Kubernetes API alone. Does not wait for anything: kinds that are not
 * installed yet are asked for again until they are.
 */
export function startOperator({
  client,
  namespace = defaultNamespace,
  watchNamespaces,
  clusterScoped = true,
  log,
  clock = systemClock,
  reconciles = true,
  recordsApprovers = true,
  metrics,
  signal: outer,
}: OperatorOptions): Operator {
  const closing = new AbortController();
  const signal = outer ? AbortSignal.any([outer, closing.signal]) : closing.signal;
  const access = createAccessNotes(log, metrics);
  const common = { client, signal, log, clock };
  const scope = createScope({ ...common, home: namespace, watchNamespaces, clusterScoped, access });
  const configReflector = scope.reflectIn(namespace, configMaps, { fieldSelector: `metadata.name=${configMapName}` });
  const inForceReflector = scope.reflectIn(namespace, configMaps, {
    fieldSelector: `metadata.name=${configInForceName}`,
  });
  const storageSecrets = watchStorageSecrets(scope);
  const { reflectors, keda, knative } = watchServices(scope);

  const configObjects = { written: configReflector, inForce: inForceReflector, namespace };
  const config = createConfigSource({ ...configObjects, log });
  metrics?.gauge('serval_configuration_in_force', 'Whether the configuration is in force as it is written.', () => [
    { labels: {}, value: config.health().problem === undefined ? 1 : 0 },
  ]);
  const readGatewaysOf = () => scope.readSharedIn(gatewayOf(config.current()).namespace);
  config.onChange(readGatewaysOf);
  const readReference = createReferenceReader(client, { clusterScoped, access });
  const references = createReferenceCache({
    read: readReference,
    clock,
    log,
    signal,
    count: countCached('references', metrics),
  });
  storageSecrets.onChange(({ object: { metadata } }) =>
    references.changed({ kind: 'Secret', namespace: metadata.namespace ?? '', name: metadata.name ?? '' }),
  );
  const deliveryContext = () => ({
    config: config.current(),
    home: namespace,
    storageContainers: reflectors.storageContainers.list(),
    now: new Date(clock.now()),
  });
  const events = createEventRecorder({ client, component: 'serval-operator', log, clock, signal });
  const globalBundle = createGlobalBundle({
    ...common,
    scope,
    namespace,
    config,
    configured: config.read,
    services: reflectors.services,
    pods: reflectors.pods,
    references,
    events,
    metrics,
  });
  const keeping = createStorageConfigKeeping({
    ...common,
    config,
    storageSecrets,
    bundle: globalBundle.source,
    events,
    metrics,
  });
  const reconcileService = createInferenceServiceReconciler({
    caches: { ...reflectors, hasKeda: keda.isInstalled, hasKnative: knative.isInstalled },
    client,
    applier: createApplier({ client, fieldManager, log }),
    config,
    events,
    clock,
    references: references.read,
    certificates: keeping.conditionOf,
    checksumKey: createChecksumKey(client, namespace),
    deliveryContext,
  });

  // What is the platform's and other teams' is no business of an operator that serves some namespaces only.
  const pipelines = watchNamespaces
    ? undefined
    : createPipelines({ ...common, ...reflectors, namespace, config, references, events, metrics });
  const promotions =
    pipelines &&
    createPromotions({
      ...common,
      ...reflectors,
      pipelines,
      references,
      deliveryContext,
      recordsApprovers,
      events,
      metrics,
    });
  const handlers = createWebhookHandlers({
    client,
    pullSecretFor: pipelines?.pullSecretFor,
    storageFor: pipelines?.storageFor,
    isStage: pipelines?.isStage ?? (() => false),
    config,
    storageSecrets,
    namespace,
    clock,
    deliveryContext,
    readReference,
    ...reflectors,
  });
  scope.begin();
  gaugeCaches(
    [
      ...Object.values(reflectors),
      configReflector,
      storageSecrets,
      ...(pipelines?.reflectors ?? []),
      ...(promotions ? [promotions.reflector] : []),
    ],
    metrics,
  );
  gaugeCached({ references, sources: pipelines?.credentials.sources }, metrics);
  const ready = Promise.all([
    ...[
      ...Object.values(reflectors),
      globalBundle,
      storageSecrets,
      ...(pipelines ? [pipelines] : []),
      ...(promotions ? [promotions.reflector] : []),
    ].map(({ synced }): Promise<unknown> => synced),
    config.usable,
  ]).then(() => {});
  const { runtimes, clusterRuntimes, storageContainers } = reflectors;
  const admissionReady = Promise.all([
    config.read,
    runtimes.synced,
    clusterRuntimes.synced,
    storageContainers.synced,
    pipelines?.synced,
  ]).then(() => {});
  let leads = false;
  const maySpeakIn = (where: string) =>
    watchNamespaces === undefined || where === namespace || watchNamespaces.includes(where);
  const gatewayHealth = createGatewayHealth({
    caches: reflectors,
    config,
    namespace,
    synced: ready,
    events: (where) => (leads && maySpeakIn(where) ? events : undefined),
    metrics,
    clock,
  });
  const health = createHealthWriter({
    ...common,
    namespace,
    source: joinSources([createConfigHealth(config, clock), gatewayHealth]),
    isWriter: () => leads,
  });
  // Nobody need wait for them.
  ready.catch(() => {});
  admissionReady.catch(() => {});

  async function reconcile(leading: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([leading, signal]);
    if (ending.aborted) return;
    leads = true;
    gatewayHealth.lead();
    health.look();
    const ended = new Promise<void>((resolve) => ending.addEventListener('abort', () => resolve(), { once: true }));
    keepInForce({ ...configObjects, client, config, events, clock, log }, ending);
    // Made of defaults, children of what is there would be other ones.
    await Promise.race([config.usable.catch(() => ended), ended]);
    if (ending.aborted) {
      leads = false;
      return;
    }
    const controller = startServiceController({
      caches: reflectors,
      configuration: configReflector,
      reconcile: timeReconciles('inference-service', reconcileService, metrics),
      clock,
      log,
    });
    const ask = (found: readonly KubeObject[]) => {
      for (const { metadata } of found) controller.queue.add(keyOf(metadata));
    };
    const stops = [
      references.onChange((reference) =>
        ask(reflectors.services.list(reference.namespace === namespace ? {} : { namespace: reference.namespace })),
      ),
      keda.onChange(() => ask(reflectors.services.list())),
      knative.onChange(() => ask(reflectors.services.list())),
      keeping.onChange((changed) => ask(reflectors.services.list(changed === undefined ? {} : { namespace: changed }))),
    ];
    const controllers = [
      controller,
      globalBundle.startController(),
      keeping.startController(),
      ...(pipelines?.startControllers() ?? []),
      ...(promotions?.startControllers() ?? []),
      ...(pipelines && promotions ? [startReviews({ ...common, pipelines, promotions, events, metrics })] : []),
    ];
    await ended;
    leads = false;
    for (const stop of stops) stop();
    await Promise.all(controllers.map((each) => each.close()));
  }
  const reconciling = reconciles ? reconcile(signal) : Promise.resolve();

  return {
    webhooks: createWebhookDispatcher({ handlers, convert: convertObject, log, signal, synced: admissionReady }),
    admissionReady,
    config,
    ready,
    access: { notes: access, unserved: scope.problems },
    gatewayHealth,
    reconcile,
    async close() {
      closing.abort(new Error('the operator is closed'));
      globalBundle.close();
      gatewayHealth.close();
      await health.close();
      await reconciling;
      await events.flush();
    },
  };
}
