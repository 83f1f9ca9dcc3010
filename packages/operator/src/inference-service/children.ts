import type { Child } from '@serval/kube/client';
import {
  deployments,
  horizontalPodAutoscalers,
  httpRoutes,
  type KubeObject,
  keyOf,
  type Resource,
  services,
} from '@serval/kube/objects';
import { type Caches, serviceIndex } from './observe.ts';

/** Every kind that a service may have as a child, in the order in which children are written. */
const childKinds = [deployments, services, horizontalPodAutoscalers, httpRoutes] as const;

/** A rendered object with the resource it belongs to. */
export function childOf(object: KubeObject): Child {
  const resource = childKinds.find(({ kind }) => kind === object.kind);
  if (!resource) throw new Error(`${object.kind} is not a kind of child that the operator watches`);
  return { resource: resource as Resource<KubeObject>, object };
}

/** The children of a service that are there, from the caches: also those that an earlier release made. */
export function liveChildren(caches: Caches, namespace: string, service: string): Child[] {
  const key = keyOf({ namespace, name: service });
  return [caches.deployments, caches.kubeServices, caches.autoscalers, caches.routes].flatMap((cache) =>
    cache.byIndex(serviceIndex, key).map(childOf),
  );
}
