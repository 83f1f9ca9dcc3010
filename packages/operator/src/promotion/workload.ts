import type { InferenceService } from '@serval/api';
import type { Reflector } from '@serval/kube/client';
import { type Deployment, isConditionTrue, keyOf, type Pod } from '@serval/kube/objects';
import { serviceIndex } from '../inference-service/observe.ts';
import { appLabel, appOf, componentLabel, componentName } from '../names.ts';
import { modelRevisionOf } from './model-revision.ts';

/** A service of a stage with what runs for it. */
export interface Workload {
  readonly service: InferenceService;
  readonly deployments: readonly Deployment[];
  readonly pods: readonly Pod[];
}

export interface WorkloadCaches {
  readonly services: Pick<Reflector<InferenceService>, 'get'>;
  /** By the index of services. */
  readonly deployments: Pick<Reflector<Deployment>, 'byIndex'>;
  readonly pods: Pick<Reflector<Pod>, 'byIndex'>;
}

/** Nothing where there is no such service. */
export function workloadOf(caches: WorkloadCaches, namespace: string, name: string): Workload | undefined {
  const service = caches.services.get(namespace, name);
  if (!service) return undefined;
  const key = keyOf({ namespace, name });
  return {
    service,
    deployments: caches.deployments.byIndex(serviceIndex, key),
    pods: caches.pods.byIndex(serviceIndex, key).filter(({ metadata }) => !metadata.deletionTimestamp),
  };
}

/** Revisions of the model that Ready Pods of the predictor have read, each once; of some Pods none is known. */
export function modelRevisions({ pods }: Pick<Workload, 'pods'>): string[] {
  const serving = pods.filter(
    ({ metadata, status }) =>
      metadata.labels?.[componentLabel] === 'predictor' && isConditionTrue(status?.conditions, 'Ready'),
  );
  return [...new Set(serving.flatMap((pod) => modelRevisionOf(pod) ?? []))].sort();
}

/** Name of the predictor that `canaryTrafficPercent` makes: of its Deployment, and of the Service that leads to it alone. */
export function canaryPredictorName({ metadata, spec }: InferenceService): string {
  return `${componentName(metadata.name ?? '', 'predictor', spec.predictor.name)}-canary`;
}

/** The same with the Pods of the canary alone. */
export function canaryOf(workload: Workload): Workload {
  const app = appOf(canaryPredictorName(workload.service));
  return { ...workload, pods: workload.pods.filter(({ metadata }) => metadata.labels?.[appLabel] === app) };
}
