import type { Condition, KubeObject, ObjectMeta } from './meta.ts';
import type { PodSpec } from './pod.ts';
import { defineResource } from './resource.ts';

/** A share of a Knative Service's requests, and who gets it. */
export interface KnativeTraffic {
  revisionName?: string;
  latestRevision?: boolean;
  percent?: number;
  /** Name by which the revision is reached alone. */
  tag?: string;
  url?: string;
}
/** A server that Knative scales, also to none, and keeps in revisions. */
export interface KnativeService extends KubeObject {
  spec: {
    template: {
      metadata?: Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>;
      spec: PodSpec & {
        timeoutSeconds?: number;
        responseStartTimeoutSeconds?: number;
        containerConcurrency?: number;
      };
    };
    traffic?: KnativeTraffic[];
  };
  status?: {
    observedGeneration?: number;
    conditions?: Condition[];
    url?: string;
    address?: { url?: string };
    latestCreatedRevisionName?: string;
    latestReadyRevisionName?: string;
    traffic?: KnativeTraffic[];
  };
}
export const knativeServices = defineResource<KnativeService>({
  group: 'serving.knative.dev',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
});
