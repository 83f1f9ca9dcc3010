import type { Condition, KubeObject } from './meta.ts';
import { defineResource } from './resource.ts';

/** What makes KEDA scale: a metric, and the value to aim at. */
export interface ScaleTrigger {
  type: string;
  metadata: Record<string, string>;
  metricType?: string;
  authenticationRef?: { name: string };
}
/** KEDA's autoscaler: an HPA on metrics of any system, which may also scale to none. */
export interface ScaledObject extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind?: string; name: string };
    minReplicaCount?: number;
    maxReplicaCount?: number;
    triggers: ScaleTrigger[];
    advanced?: { horizontalPodAutoscalerConfig?: { behavior?: Record<string, unknown> } };
  };
  status?: { conditions?: Condition[] };
}
export const scaledObjects = defineResource<ScaledObject>({
  group: 'keda.sh',
  version: 'v1alpha1',
  plural: 'scaledobjects',
  kind: 'ScaledObject',
  namespaced: true,
});
