import {
  type Clock,
  type Controller,
  type ControllerOptions,
  createController,
  type Log,
  type Reflector,
  source,
} from '@serval/kube/client';
import { type ConfigMap, type KubeObject, keyOf } from '@serval/kube/objects';
import { serviceIndexes } from './observe.ts';
import type { ServiceReflectors } from './watch.ts';

/** Services reconciled at once. */
const concurrency = 16;

/** Reconciles services, each when something changes that it is made of. */
export function startServiceController(options: {
  readonly caches: ServiceReflectors;
  readonly configuration: Reflector<ConfigMap>;
  readonly reconcile: ControllerOptions['reconcile'];
  readonly clock: Clock;
  readonly log: Log;
}): Controller {
  const { caches, configuration, reconcile, clock, log } = options;
  const owner = ({ object }: { object: KubeObject }) => serviceIndexes.service(object);
  const everyService = () => caches.services.list().map(({ metadata }) => keyOf(metadata));
  const ofNamespace = ({ object }: { object: KubeObject }) =>
    caches.services.list({ namespace: object.metadata.namespace ?? '' }).map(({ metadata }) => keyOf(metadata));
  return createController({
    name: 'inference-service',
    reconcile,
    sources: [
      source(caches.services, ({ object }) => [keyOf(object.metadata)]),
      source(caches.runtimes, ofNamespace),
      source(caches.clusterRuntimes, everyService),
      source(caches.storageContainers, everyService),
      source(caches.deployments, owner),
      source(caches.replicaSets, owner),
      source(caches.pods, owner),
      source(caches.kubeServices, owner),
      source(caches.autoscalers, owner),
      source(caches.scaledObjects, owner),
      source(caches.knativeServices, owner),
      source(caches.routes, owner),
      source(caches.grpcRoutes, owner),
      source(caches.ingresses, owner),
      source(caches.gateways, everyService),
      source(caches.httpRouteDefinition, everyService),
      source(caches.grpcRouteDefinition, everyService),
      source(caches.gatewayClasses, everyService),
      source(configuration, everyService),
    ],
    concurrency,
    clock,
    log,
  });
}
