import type { InferenceService } from '@serval/api';
import type { Child } from '@serval/kube/client';
import {
  apiVersionOf,
  deployments,
  grpcRoutes,
  horizontalPodAutoscalers,
  httpRoutes,
  ingresses,
  type KubeObject,
  keyOf,
  knativeServices,
  type Resource,
  scaledObjects,
  services,
} from '@serval/kube/objects';
import { type Caches, serviceIndex } from './observe.ts';

/** Every kind that a service may have as a child, in the order in which children are written. */
const childKinds = [
  deployments,
  services,
  horizontalPodAutoscalers,
  scaledObjects,
  httpRoutes,
  grpcRoutes,
  ingresses,
  knativeServices,
] as const;

/** A rendered object with the resource it belongs to. */
export function childOf(object: KubeObject): Child {
  const resource = childKinds[indexOfKind(object)];
  if (!resource) throw new Error(`${object.kind} is not a kind of child that the operator watches`);
  return { resource: resource as Resource<KubeObject>, object };
}

/** The children of a service that are there, from the caches: also those that an earlier release made. */
export function liveChildren(caches: Caches, namespace: string, service: string): Child[] {
  const key = keyOf({ namespace, name: service });
  return cachesOf(caches).flatMap((cache) => cache.byIndex(serviceIndex, key).map(childOf));
}

/**
 * Who a child belongs to when that is somebody else: a service called `iris-predictor` wants the same HTTPRoute as the
 * predictor of `iris`. A predecessor of the same name is nobody else; its children are taken over.
 */
export function otherOwner(caches: Caches, { object }: Child, service: InferenceService): string | undefined {
  const { namespace = '', name = '' } = object.metadata;
  const all = cachesOf(caches);
  const live = all[indexOfKind(object)]?.get(namespace, name);
  const owner = live?.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner || (owner.kind === service.kind && owner.name === service.metadata.name)) return undefined;
  return `${object.kind} ${name} belongs to ${owner.kind} ${owner.name}; give one of the two another name`;
}

/** Knative has a kind called Service, too. */
function indexOfKind({ apiVersion, kind }: KubeObject): number {
  return childKinds.findIndex((resource) => kind === resource.kind && apiVersion === apiVersionOf(resource));
}

/** In the order of the kinds. */
function cachesOf(caches: Caches) {
  const { kubeServices, autoscalers, routes, grpcRoutes: ofGrpc, ingresses: ofIngress } = caches;
  return [
    caches.deployments,
    kubeServices,
    autoscalers,
    caches.scaledObjects,
    routes,
    ofGrpc,
    ofIngress,
    caches.knativeServices,
  ];
}
