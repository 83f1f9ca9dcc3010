import { clusterServingRuntimes, clusterStorageContainers, inferenceServices, servingRuntimes } from '@serval/api';
import {
  deployments,
  gatewayClasses,
  gateways,
  grpcRoutes,
  horizontalPodAutoscalers,
  httpRoutes,
  ingresses,
  type KnativeService,
  type KubeObject,
  knativeServices,
  pods,
  type Resource,
  replicaSets,
  type ScaledObject,
  scaledObjects,
  services,
} from '@serval/kube/objects';
import { watchGatewayDefinitions } from '../gateway/watch-definitions.ts';
import { fieldManager, serviceLabel } from '../names.ts';
import { promotedIndexes } from '../promotion/reclaim/plan-reclaim.ts';
import type { ReadOptions, Scope } from '../scope/scope.ts';
import { watchOptional } from '../watch-optional.ts';
import { keptPod, keptReplicaSet } from './kept.ts';
import { type Caches, serviceIndexes } from './observe.ts';

/** Watches services and all that is looked at for them. */
export function watchServices(scope: Scope) {
  const kept = { keepManagedFieldsOf: fieldManager };
  /** A cluster need not have the Gateway API, or all of it. */
  const optional = { mayBeMissing: true };
  const watch = <T extends KubeObject>(resource: Resource<T>, more: ReadOptions<T> = {}) =>
    scope.reflect(resource, { ...kept, ...more });
  const childOptions = { ...kept, sharesParts: true, labelSelector: serviceLabel, indexes: serviceIndexes };
  /** Of kinds that others use too, only what belongs to a service. */
  const watchChildren = <T extends KubeObject>(resource: Resource<T>, more: ReadOptions<T> = {}) =>
    scope.reflect<T>(resource, { ...childOptions, ...more });

  const keda = watchOptional<ScaledObject>((options) =>
    watchChildren(scaledObjects, { ...options, without: 'KEDA scales no service' }),
  );
  const knative = watchOptional<KnativeService>((options) =>
    watchChildren(knativeServices, { ...options, without: 'no service is served by Knative' }),
  );
  const { onHttpRoutes, onGrpcRoutes, ...definitions } = watchGatewayDefinitions(scope);
  const reflectors = {
    services: scope.reflect(inferenceServices, { sharesParts: true, indexes: promotedIndexes }),
    runtimes: watch(servingRuntimes),
    clusterRuntimes: watch(clusterServingRuntimes, { without: 'only runtimes of the same namespace serve' }),
    storageContainers: watch(clusterStorageContainers, {
      without: 'the configured storage initializer fetches all models',
    }),
    deployments: watchChildren(deployments),
    replicaSets: watchChildren(replicaSets, { transform: keptReplicaSet }),
    pods: watchChildren(pods, { transform: keptPod }),
    kubeServices: watchChildren(services),
    autoscalers: watchChildren(horizontalPodAutoscalers),
    scaledObjects: keda.reflector,
    knativeServices: knative.reflector,
    routes: watchChildren(httpRoutes, { ...optional, onInstalled: onHttpRoutes }),
    grpcRoutes: watchChildren(grpcRoutes, { ...optional, onInstalled: onGrpcRoutes }),
    ingresses: watchChildren(ingresses),
    gateways: scope.reflectShared(gateways, { ...kept, ...optional, without: 'Gateways there are taken not to exist' }),
    gatewayClasses: watch(gatewayClasses, {
      ...optional,
      without: 'the gateway is taken to support Core features only',
    }),
    ...definitions,
  } satisfies Omit<Caches, 'hasKeda' | 'hasKnative'>;
  return { reflectors, keda, knative };
}

export type ServiceReflectors = ReturnType<typeof watchServices>['reflectors'];
