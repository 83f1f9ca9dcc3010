import type { Cache } from '@serval/kube/client';
import type { Deployment, Pod } from '@serval/kube/objects';
import { readCheckLabel, serviceLabel } from '../names.ts';
import type { PodLike } from './registry/images-of-pod.ts';

/** Something of a namespace that pulls images or reads models. */
export interface Workload {
  /** The service that it is of. */
  readonly service: string;
  readonly pod: PodLike;
}

export interface Workloads {
  of(namespace: string): readonly Workload[];
}

/**
 * What needs credentials: templates of the Deployments of services, and, as long as they are under way, Pods that look whether a model can be read
 * in a namespace before there is a service.
 */
export function createWorkloads(deployments: Cache<Deployment>, pods: Cache<Pod>): Workloads {
  return {
    of: (namespace) => [
      ...deployments
        .list({ namespace })
        .filter(({ metadata }) => !metadata.deletionTimestamp)
        .map(({ metadata, spec }) => ({ service: metadata.labels?.[serviceLabel] ?? '', pod: spec.template })),
      ...pods
        .list({ namespace })
        .filter(looksAtModel)
        .map((pod) => ({ service: '', pod })),
    ],
  };
}

export function isReadCheck({ metadata }: Pod): boolean {
  return metadata.labels?.[readCheckLabel] !== undefined;
}

/** Whether a Pod looks at a model, or is about to: it then needs what Pods of services need. */
export function looksAtModel(pod: Pod): boolean {
  return isReadCheck(pod) && !hasEnded(pod);
}

function hasEnded({ metadata, status }: Pod): boolean {
  const phase = status?.phase ?? '';
  return metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed';
}
