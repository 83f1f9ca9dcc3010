import { clusterServingRuntimes, convertObject, inferenceServices, servingRuntimes } from '@serval/api';
import {
  type Client,
  type Clock,
  createApplier,
  createController,
  createEventRecorder,
  createReflector,
  type Log,
  source,
  systemClock,
} from '@serval/kube/client';
import {
  configMaps,
  deployments,
  gatewayClasses,
  gateways,
  horizontalPodAutoscalers,
  httpRoutes,
  type KubeObject,
  keyOf,
  pods,
  type Resource,
  replicaSets,
  secrets,
  services,
} from '@serval/kube/objects';
import { createConfigSource } from './config/config-source.ts';
import { configMapName, defaultNamespace, defaultServingConfig } from './config/serving-config.ts';
import { createReferenceReader } from './credentials/read-reference.ts';
import { createReferenceCache } from './credentials/reference-cache.ts';
import { type Caches, serviceIndexes } from './inference-service/observe.ts';
import { createInferenceServiceReconciler } from './inference-service/reconciler.ts';
import { fieldManager, serviceLabel } from './names.ts';
import { createWebhookDispatcher, type Webhooks } from './webhooks/dispatch.ts';
import { createWebhookHandlers } from './webhooks/handlers.ts';

export interface OperatorOptions {
  client: Client;
  /** Where its configuration is. Default `serval-system`. */
  namespace?: string;
  log: Log;
  clock?: Clock;
  /** Whether it reconciles from the start. Default true; otherwise it does while `reconcile` runs, and answers webhooks always. */
  reconciles?: boolean;
  /** Ends the operator, as `close` does. */
  signal?: AbortSignal;
}

export interface Operator {
  /** Answers a review that came to a path of the webhook configurations or of a conversion stanza. */
  webhooks: Webhooks;
  /** What admission looks at is there. Rejects when the operator is closed before. */
  readonly admissionReady: Promise<void>;
  /** Resolves when every cache is filled and reconciling begins; rejects when the operator is closed before. */
  readonly ready: Promise<void>;
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
  log,
  clock = systemClock,
  reconciles = true,
  signal: outer,
}: OperatorOptions): Operator {
  const closing = new AbortController();
  const signal = outer ? AbortSignal.any([outer, closing.signal]) : closing.signal;
  const common = { client, signal, log, clock, keepManagedFieldsOf: fieldManager };
  const watch = <T extends KubeObject>(resource: Resource<T>) => createReflector({ ...common, resource });
  /** Of kinds that others use too, only what belongs to a service. */
  const watchChildren = <T extends KubeObject>(resource: Resource<T>) =>
    createReflector<T>({ ...common, resource, labelSelector: serviceLabel, indexes: serviceIndexes });

  const configReflector = createReflector({
    ...common,
    resource: configMaps,
    namespace,
    fieldSelector: `metadata.name=${configMapName}`,
  });
  // The one name that is watched; Secrets of other names are asked for again from time to time.
  const storageSecrets = createReflector({
    ...common,
    resource: secrets,
    fieldSelector: `metadata.name=${defaultServingConfig.credentials.storageSpecSecretName}`,
  });
  const reflectors = {
    services: watch(inferenceServices),
    runtimes: watch(servingRuntimes),
    clusterRuntimes: watch(clusterServingRuntimes),
    deployments: watchChildren(deployments),
    replicaSets: watchChildren(replicaSets),
    pods: watchChildren(pods),
    kubeServices: watchChildren(services),
    autoscalers: watchChildren(horizontalPodAutoscalers),
    routes: watchChildren(httpRoutes),
    gateways: watch(gateways),
    gatewayClasses: watch(gatewayClasses),
  } satisfies Caches;

  const config = createConfigSource(configReflector, namespace, log);
  const references = createReferenceCache({ read: createReferenceReader(client), clock, log, signal });
  storageSecrets.onChange(({ object: { metadata } }) =>
    references.changed({ kind: 'Secret', namespace: metadata.namespace ?? '', name: metadata.name ?? '' }),
  );
  const events = createEventRecorder({ client, component: 'serval-operator', log, clock, signal });
  const reconcileService = createInferenceServiceReconciler({
    caches: reflectors,
    client,
    applier: createApplier({ client, fieldManager, log }),
    config,
    events,
    clock,
    references: references.read,
  });

  const owner = ({ object }: { object: KubeObject }) => serviceIndexes.service(object);
  const everyService = () => reflectors.services.list().map(({ metadata }) => keyOf(metadata));
  const ofNamespace = ({ object }: { object: KubeObject }) =>
    reflectors.services.list({ namespace: object.metadata.namespace ?? '' }).map(({ metadata }) => keyOf(metadata));
  const startControllers = () =>
    createController({
      name: 'inference-service',
      reconcile: reconcileService,
      sources: [
        source(reflectors.services, ({ object }) => [keyOf(object.metadata)]),
        source(reflectors.runtimes, ofNamespace),
        source(reflectors.clusterRuntimes, everyService),
        source(reflectors.deployments, owner),
        source(reflectors.replicaSets, owner),
        source(reflectors.pods, owner),
        source(reflectors.kubeServices, owner),
        source(reflectors.autoscalers, owner),
        source(reflectors.routes, owner),
        source(reflectors.gateways, everyService),
        source(reflectors.gatewayClasses, everyService),
        source(configReflector, everyService),
      ],
      concurrency: 4,
      clock,
      log,
    });
  const handlers = createWebhookHandlers({ client, config, ...reflectors });
  const ready = Promise.all(
    [...Object.values(reflectors), configReflector, storageSecrets].map(({ synced }) => synced),
  ).then(() => {});
  const { runtimes, clusterRuntimes } = reflectors;
  const admissionReady = Promise.all([configReflector.synced, runtimes.synced, clusterRuntimes.synced]).then(() => {});
  // Nobody need wait for them.
  ready.catch(() => {});
  admissionReady.catch(() => {});

  async function reconcile(leading: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([leading, signal]);
    if (ending.aborted) return;
    const controller = startControllers();
    const unsubscribe = references.onChange((reference) => {
      const affected = reference.namespace === namespace ? {} : { namespace: reference.namespace };
      for (const { metadata } of reflectors.services.list(affected)) controller.queue.add(keyOf(metadata));
    });
    await new Promise((resolve) => ending.addEventListener('abort', resolve, { once: true }));
    unsubscribe();
    await controller.close();
  }
  const reconciling = reconciles ? reconcile(signal) : Promise.resolve();

  return {
    webhooks: createWebhookDispatcher({ handlers, convert: convertObject, log, signal, synced: admissionReady }),
    admissionReady,
    ready,
    reconcile,
    async close() {
      closing.abort(new Error('the operator is closed'));
      await reconciling;
      await events.flush();
    },
  };
}
