import type {
  ClusterServingRuntime,
  ClusterStorageContainer,
  CustomResourceDefinition,
  InferenceService,
  ServingRuntime,
} from '@serval/api';
import type { Cache, Reflector } from '@serval/kube/client';
import {
  type Deployment,
  type Gateway,
  type GatewayClass,
  type GrpcRoute,
  type HorizontalPodAutoscaler,
  type HttpRoute,
  type Ingress,
  type KnativeService,
  type KubeObject,
  keyOf,
  type Pod,
  type ReplicaSet,
  type ScaledObject,
  type Service,
} from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';
import type { ServingConfig } from '../config/serving-config.ts';
import { capabilitiesOf } from '../gateway/capabilities.ts';
import { readGatewayApi } from '../gateway/installed-api.ts';
import { appLabel, appOf, serviceLabel } from '../names.ts';
import type { RuntimeCandidates } from '../runtime/select-runtime.ts';
import { gatewayOf } from './render/http-route.ts';
import type { ObservedChildren } from './render/observed-children.ts';
import type { ObservedIngress } from './status/ingress-state.ts';

/** The index by which objects are found that carry a service's label: `namespace/name` of the service. */
export const serviceIndex = 'service';
export const serviceIndexes = {
  [serviceIndex]: ({ metadata }: KubeObject): string[] => {
    const name = metadata.labels?.[serviceLabel];
    return name ? [keyOf({ namespace: metadata.namespace, name })] : [];
  },
};

/** A cache that has the index of services. */
type ChildCache<T extends KubeObject> = Cache<T> & Pick<Reflector<T>, 'byIndex'>;

export interface Caches {
  readonly services: Cache<InferenceService>;
  readonly runtimes: Cache<ServingRuntime>;
  readonly clusterRuntimes: Cache<ClusterServingRuntime>;
  readonly storageContainers: Cache<ClusterStorageContainer>;
  readonly deployments: ChildCache<Deployment>;
  readonly replicaSets: ChildCache<ReplicaSet>;
  readonly pods: ChildCache<Pod>;
  readonly kubeServices: ChildCache<Service>;
  readonly autoscalers: ChildCache<HorizontalPodAutoscaler>;
  readonly scaledObjects: ChildCache<ScaledObject>;
  readonly routes: ChildCache<HttpRoute>;
  readonly grpcRoutes: ChildCache<GrpcRoute>;
  readonly ingresses: ChildCache<Ingress>;
  readonly gateways: Cache<Gateway>;
  readonly gatewayClasses: Cache<GatewayClass>;
  readonly knativeServices: ChildCache<KnativeService>;
  /** Whether KEDA's definitions are installed, as far as is known. */
  readonly hasKeda: () => boolean;
  /** Whether Knative Serving's are. */
  readonly hasKnative: () => boolean;
  readonly httpRouteDefinition: Cache<CustomResourceDefinition>;
  readonly grpcRouteDefinition: Cache<CustomResourceDefinition>;
}

export interface ObservedComponent {
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
}

/** Everything that a reconcile of one service looks at. Objects are shared with the caches: never change them. */
export interface Observed {
  readonly service: InferenceService;
  readonly runtimes: RuntimeCandidates;
  /** Deployments of the service with what is theirs, by name: also those that are to go. */
  readonly workloads: ReadonlyMap<string, ObservedComponent>;
  readonly ingress: ObservedIngress;
  readonly scaledObjects: ReadonlyMap<string, ScaledObject>;
  readonly hasKeda: boolean;
  readonly knativeServices: ReadonlyMap<string, KnativeService>;
  readonly hasKnative: boolean;
  /** Of the service, of whatever made them. */
  readonly pods: readonly Pod[];
  /** Where the operator's own objects are. */
  readonly home?: string;
  /** How the certificates are that the storage is trusted by; nothing when there are none. */
  readonly certificates?: ConditionResult | undefined;
}

/** Nothing when the service is gone. */
export function observe(caches: Caches, config: ServingConfig, namespace: string, name: string): Observed | undefined {
  const service = caches.services.get(namespace, name);
  if (!service) return undefined;
  const gatewayName = gatewayOf(config);
  const gateway = caches.gateways.get(gatewayName.namespace, gatewayName.name);
  const gatewayClass = gateway && caches.gatewayClasses.get('', gateway.spec.gatewayClassName);
  const key = keyOf({ namespace, name });
  const byName = <T extends KubeObject>(cache: ChildCache<T>) =>
    new Map(cache.byIndex(serviceIndex, key).map((object) => [object.metadata.name ?? '', object]));
  const definitions = [caches.httpRouteDefinition, caches.grpcRouteDefinition];
  return {
    service,
    runtimes: { namespaced: caches.runtimes.list({ namespace }), cluster: caches.clusterRuntimes.list() },
    hasKeda: caches.hasKeda(),
    scaledObjects: byName(caches.scaledObjects),
    hasKnative: caches.hasKnative(),
    knativeServices: byName(caches.knativeServices),
    pods: caches.pods.byIndex(serviceIndex, key),
    workloads: observeWorkloads(caches, key),
    ingress: {
      gateway,
      gatewayClass,
      seesClasses: caches.gatewayClasses.list().length > 0,
      capabilities: capabilitiesOf(readGatewayApi(definitions.flatMap((cache) => cache.list())), gatewayClass),
      routes: byName(caches.routes),
      grpcRoutes: byName(caches.grpcRoutes),
      ingresses: byName(caches.ingresses),
    },
  };
}

/** What rendering sees of it. */
export function childrenIn({ workloads, hasKeda, hasKnative, ingress }: Observed): ObservedChildren {
  const deployments = [...workloads].flatMap(([name, { deployment }]) =>
    deployment && !deployment.metadata.deletionTimestamp ? [[name, deployment] as const] : [],
  );
  return {
    deployments: new Map(deployments),
    routes: new Map<string, HttpRoute | GrpcRoute>([...ingress.grpcRoutes, ...ingress.routes]),
    hasKeda,
    hasKnative,
  };
}

function observeWorkloads(caches: Caches, service: string): Map<string, ObservedComponent> {
  const replicaSets = byApp(caches.replicaSets.byIndex(serviceIndex, service));
  const pods = byApp(caches.pods.byIndex(serviceIndex, service));
  return new Map(
    caches.deployments.byIndex(serviceIndex, service).map((deployment) => {
      const name = deployment.metadata.name ?? '';
      const app = appOf(name);
      return [name, { deployment, replicaSets: replicaSets.get(app) ?? [], pods: pods.get(app) ?? [] }];
    }),
  );
}

function byApp<T extends KubeObject>(objects: readonly T[]): Map<string, T[]> {
  return Map.groupBy(objects, ({ metadata }) => metadata.labels?.[appLabel] ?? '');
}
