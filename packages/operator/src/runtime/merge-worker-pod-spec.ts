import type { PredictorSpec, ServingRuntimeSpec } from '@serval/api';
import type { PodSpec } from '@serval/kube/objects';
import { workerContainer } from '../names.ts';
import { mergeContainer } from './merge-pod-spec.ts';
import { podSpecOfWorker } from './pod-fields.ts';
import { RuntimeSelectionError } from './select-runtime.ts';
import { strategicMerge } from './strategic-merge.ts';

/**
 * The Pod of a worker: the runtime's, with the service's over it. It has one container, the runtime's `worker-container` merged with
 * the service's only one; arguments are not replaced but appended. Templates are not evaluated in it (KServe).
 *
 * @throws RuntimeSelectionError (InvalidPredictorSpec) for a runtime without that container.
 */
export function mergeWorkerPodSpec(
  runtimeName: string,
  ofRuntime: NonNullable<ServingRuntimeSpec['workerSpec']>,
  ofService: NonNullable<PredictorSpec['workerSpec']>,
): PodSpec {
  const base = ofRuntime.containers?.find(({ name }) => name === workerContainer);
  if (!base) {
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `workerSpec of the runtime ${runtimeName} has no container called ${workerContainer}`,
    );
  }
  const { containers: _, ...podOfRuntime } = podSpecOfWorker(ofRuntime);
  const { containers: written, ...podOfService } = podSpecOfWorker(ofService);
  const merged = strategicMerge(podOfRuntime, podOfService, 'core/v1.PodSpec');
  return { ...merged, containers: [mergeContainer(base, written?.[0] ?? {})] };
}
