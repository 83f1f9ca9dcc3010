import type { InferenceService } from '@serval/api';
import type { Pod } from '@serval/kube/objects';

/** Steps of a service on its way, in the words that a person is shown. */
type ServiceStep = 'waiting' | 'starting' | 'downloading' | 'loading' | 'ready' | 'failed';

export interface ServiceProgress {
  step: ServiceStep;
  detail: string;
}

/** Where a service stands, from its own status and its newest Pod. */
export function progressOf(service: InferenceService, pods: readonly Pod[]): ServiceProgress {
  const ready = service.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status === 'True') return { step: 'ready', detail: service.status?.url ?? '' };
  const failure = service.status?.modelStatus?.lastFailureInfo;
  if (failure?.message) return { step: 'failed', detail: failure.message };
  const pod = pods.toSorted((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  )[0];
  if (pod === undefined) return { step: 'waiting', detail: ready?.message ?? '' };
  const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = states.find((state) => state.state?.waiting?.message)?.state?.waiting;
  if (waiting) return { step: 'waiting', detail: `${waiting.reason}: ${waiting.message}` };
  if (pod.status?.initContainerStatuses?.some((state) => state.state?.running))
    return { step: 'downloading', detail: '' };
  if (pod.status?.containerStatuses?.some((state) => state.state?.running)) return { step: 'loading', detail: '' };
  return { step: 'starting', detail: '' };
}
