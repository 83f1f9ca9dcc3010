import type { InferenceService, InferenceServiceStatus } from '@serval/api';
import type {
  Condition,
  ContainerStatus,
  Deployment,
  Gateway,
  GatewayClass,
  HttpRoute,
  Pod,
  ReplicaSet,
} from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import { servalGateway, servalGatewayClass } from '../declarations/gateway.ts';
import { builtInServingRuntimes } from '../declarations/serving-runtimes.ts';
import { assumedCapabilities } from '../gateway/assumed-capabilities.ts';
import { serviceLabel } from '../names.ts';
import type { Observed } from './observe.ts';
import { renderInferenceService } from './render/render-inference-service.ts';
import { statusFrom } from './status.ts';

/** A world in which the service `iris` is observed, changed by each test where its rule lies. */
export interface World {
  service: InferenceService;
  deployment: Deployment | undefined;
  replicaSets: ReplicaSet[];
  pods: Pod[];
  gateway: Gateway | undefined;
  routes: Record<string, HttpRoute | undefined>;
}

export const now = '2026-01-01T10:00:00Z';
const parentRef = {
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  namespace: 'serval-system',
  name: 'serval-gateway',
};

/** Everything is as it should be, and one Pod serves. */
export function settledWorld(): World {
  const condition = (type: string): Condition => ({ type, status: 'True', reason: type, observedGeneration: 1 });
  const gateway = { ...servalGateway('serval-system', 'serval-gateway', 8080) };
  gateway.metadata = { ...gateway.metadata, generation: 1 };
  gateway.status = {
    addresses: [{ type: 'IPAddress', value: '127.0.0.1' }],
    conditions: [condition('Accepted'), condition('Programmed')],
  };
  const route = (name: string): HttpRoute => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'default', name, generation: 1, labels: { [serviceLabel]: 'iris' } },
    spec: { parentRefs: [parentRef] },
    status: {
      parents: [
        {
          parentRef,
          controllerName: 'platform.serval.dev/gateway',
          conditions: [condition('Accepted'), condition('ResolvedRefs')],
        },
      ],
    },
  });
  return {
    service: {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { namespace: 'default', name: 'iris', generation: 1, uid: 'service' },
      spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } },
    },
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        namespace: 'default',
        name: 'iris-predictor',
        uid: 'deployment',
        generation: 1,
        annotations: { 'deployment.kubernetes.io/revision': '1' },
      },
      spec: { replicas: 1, selector: {}, template: { spec: { containers: [] } } },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        conditions: [condition('Available'), { ...condition('Progressing'), reason: 'NewReplicaSetAvailable' }],
      },
    },
    replicaSets: [replicaSet(1)],
    pods: [pod('iris-1-a', 1, { ready: true })],
    gateway,
    routes: { iris: route('iris'), 'iris-predictor': route('iris-predictor') },
  };
}

function acceptedClass(): GatewayClass {
  return {
    ...servalGatewayClass(),
    status: { conditions: [{ type: 'Accepted', status: 'True', reason: 'Accepted' }] },
  };
}

function replicaSet(revision: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `iris-predictor-${revision}`,
      uid: `rs${revision}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'iris-predictor', uid: 'deployment' }],
    },
    spec: { selector: {}, template: { spec: { containers: [] } } },
  };
}

/** A Pod of a revision; `initializer` and `server` are what its two containers say. */
export function pod(
  name: string,
  revision: number,
  {
    ready = false,
    initializer = {},
    server = {},
  }: { ready?: boolean; initializer?: Partial<ContainerStatus>; server?: Partial<ContainerStatus> } = {},
): Pod {
  const container = (containerName: string, more: Partial<ContainerStatus>): ContainerStatus => ({
    name: containerName,
    ready,
    restartCount: 0,
    image: 'i',
    imageID: '',
    ...more,
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'default',
      name,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: `rs${revision}` }],
    },
    spec: { containers: [] },
    status: {
      phase: ready ? 'Running' : 'Pending',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      initContainerStatuses: [container('storage-initializer', initializer)],
      containerStatuses: [container('kserve-container', server)],
    },
  };
}

/** No Pod of the Deployment is available. */
export function withoutAvailablePods(world: World, pods: Pod[]): World {
  const deployment = world.deployment as Deployment;
  return {
    ...world,
    pods,
    deployment: {
      ...deployment,
      status: {
        ...deployment.status,
        readyReplicas: 0,
        availableReplicas: 0,
        conditions: [
          {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
          { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' },
        ],
      },
    },
  };
}

/** A second revision is being rolled out: its Pods beside those of the first, which serve. */
export function updatingWorld(newPods: Pod[]): World {
  const world = settledWorld();
  const deployment = world.deployment as Deployment;
  deployment.metadata = {
    ...deployment.metadata,
    generation: 2,
    annotations: { 'deployment.kubernetes.io/revision': '2' },
  };
  deployment.status = { ...deployment.status, observedGeneration: 2, replicas: 2, updatedReplicas: 1 };
  world.service.metadata.generation = 2;
  return { ...world, replicaSets: [replicaSet(1), replicaSet(2)], pods: [...world.pods, ...newPods] };
}

export function statusOf(world: World): InferenceServiceStatus {
  const runtimes = { namespaced: [], cluster: builtInServingRuntimes() };
  const observed: Observed = {
    service: world.service,
    runtimes,
    scaledObjects: new Map(),
    hasKeda: true,
    knativeServices: new Map(),
    hasKnative: true,
    pods: world.pods,
    workloads: new Map([
      ['iris-predictor', { deployment: world.deployment, replicaSets: world.replicaSets, pods: world.pods }],
    ]),
    ingress: {
      gateway: world.gateway,
      gatewayClass: acceptedClass(),
      capabilities: assumedCapabilities(),
      routes: new Map(Object.entries(world.routes).flatMap(([name, route]) => (route ? [[name, route] as const] : []))),
      grpcRoutes: new Map(),
      ingresses: new Map(),
    },
  };
  const rendered = renderInferenceService({ service: world.service, runtimes, config: defaultServingConfig });
  return statusFrom(observed, rendered, defaultServingConfig, now);
}
