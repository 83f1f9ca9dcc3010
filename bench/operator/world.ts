import { type InferenceService, inferenceServices } from '@serval/api';
import { type Client, createReflector, type Reflector, silentLog } from '@serval/kube/client';
import {
  type Deployment,
  deployments,
  findCondition,
  type HttpRoute,
  horizontalPodAutoscalers,
  httpRoutes,
  type KubeObject,
  type Resource,
  services,
} from '@serval/kube/objects';
import { serviceLabel } from '@serval/operator/declarations';

/** What is there, as any client sees it, and when it came. */
export interface World {
  readonly children: readonly Reflector<KubeObject>[];
  readonly deployments: Reflector<Deployment>;
  readonly routes: Reflector<HttpRoute>;
  readonly services: Reflector<InferenceService>;
  /** When (`performance.now()`) the last child came; NaN when there is none. */
  readonly lastChildAt: number;
  readonly lastStatusAt: number;
  readonly synced: Promise<unknown>;
  childCount(): number;
}

/** Watches all services and their children, as a dashboard would. */
export function watchWorld(client: Client, signal: AbortSignal): World {
  const common = { client, signal, log: silentLog };
  const watchChildren = <T extends KubeObject>(resource: Resource<T>) =>
    createReflector<T>({ ...common, resource, labelSelector: serviceLabel });
  const its = {
    deployments: watchChildren(deployments),
    routes: watchChildren(httpRoutes),
    others: [watchChildren(services), watchChildren(horizontalPodAutoscalers)],
    services: createReflector({ ...common, resource: inferenceServices }),
  };
  const children = [its.deployments, its.routes, ...its.others] as unknown as Reflector<KubeObject>[];
  let lastChildAt = Number.NaN;
  let lastStatusAt = Number.NaN;
  for (const child of children) {
    child.onChange(({ type }) => {
      if (type === 'added') lastChildAt = performance.now();
    });
  }
  its.services.onChange(({ type }) => {
    if (type === 'updated') lastStatusAt = performance.now();
  });
  return {
    children,
    deployments: its.deployments,
    routes: its.routes,
    services: its.services,
    get lastChildAt() {
      return lastChildAt;
    },
    get lastStatusAt() {
      return lastStatusAt;
    },
    synced: Promise.all([...children, its.services].map(({ synced }) => synced)),
    childCount: () => children.reduce((sum, { list }) => sum + list().length, 0),
  };
}

export function hasStatus({ metadata, status }: InferenceService): boolean {
  return status?.observedGeneration === metadata.generation;
}

export function isReady(service: InferenceService): boolean {
  return hasStatus(service) && findCondition(service.status?.conditions, 'Ready')?.status === 'True';
}
