import { gpuResourceNames, type InferenceService, type PredictorSpec } from '@serval/api';
import type { Container, PodSpec } from '@serval/kube/objects';
import type { ServingConfig } from '../../../config/serving-config.ts';
import { storageAnnotations } from '../../../credentials/storage-request.ts';
import {
  generationLabel,
  modelMountPath,
  predictorContainer,
  sourceUriAnnotation,
  workerContainer,
} from '../../../names.ts';
import { mergeWorkerPodSpec } from '../../../runtime/merge-worker-pod-spec.ts';
import { RuntimeSelectionError } from '../../../runtime/select-runtime.ts';
import { type Component, componentOf } from '../component.ts';
import { gpusOf, withGpus } from './gpus.ts';
import { headServiceName, workersServiceName } from './headless-services.ts';
import { multiprocessingNodes, type NodeCounts, type ParallelSizes, rayNodes } from './node-counts.ts';

/** On a runtime: `mp` has the servers find each other without Ray. */
const executorAnnotation = 'multinode/executor-backend';

type Environment = Readonly<Record<string, string>>;

/**
 * A predictor on several nodes (KServe's rules): the Pod that takes requests, with the workers that share its model as a component of
 * their own. Both carry the service's generation, by which the Pods of one specification find each other and no others.
 *
 * @param head  of the runtime and the service, as for one node
 * @throws RuntimeSelectionError for a runtime without workers, and for GPUs that do not suffice.
 */
export function withWorkers(
  head: Component,
  service: InferenceService,
  predictor: PredictorSpec,
  config: ServingConfig,
): Component {
  const { runtime } = head;
  const ofRuntime = runtime?.spec.workerSpec;
  if (!runtime || !ofRuntime) {
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `spec.predictor.workerSpec needs a runtime that has a workerSpec${runtime ? `; ${runtime.name} has none` : ', and so a model'}`,
      'InvalidWorkerSpecNotSet',
    );
  }
  const written = predictor.workerSpec ?? {};
  const sizes: ParallelSizes = {
    pipeline: written.pipelineParallelSize ?? ofRuntime.pipelineParallelSize ?? 1,
    tensor: written.tensorParallelSize ?? ofRuntime.tensorParallelSize ?? 1,
  };
  const podSpec = mergeWorkerPodSpec(runtime.name, ofRuntime, written);
  const gpus = gpuResourceNames(head.annotations);
  const counts =
    runtime.spec.annotations?.[executorAnnotation] === 'mp'
      ? multiprocessingNodes(sizes)
      : rayNodes(sizes, gpusIn(head.podSpec, predictorContainer, gpus), gpusIn(podSpec, workerContainer, gpus));
  const generation = String(service.metadata.generation ?? 1);
  const shared = sizeEnvironment(sizes, counts);
  // Workers take no requests, so nothing stands before them.
  const unasked: PredictorSpec = { ...predictor, logger: undefined, batcher: undefined };
  const worker = componentOf('predictor', `${head.name}-worker`, service, unasked, podSpec, config, {
    runtime: ofRuntime,
    storage: storageAnnotations(predictor),
  });
  return {
    ...withGeneration(head, generation),
    autoscaler: 'none',
    podSpec: withContainer(head.podSpec, predictorContainer, (container) =>
      withEnvironment(withGpus(container, counts.headGpus, gpus), {
        ...shared,
        REQUEST_GPU_COUNT: String(counts.headGpus),
        MODEL_NAME: service.metadata.name ?? '',
        ...(isMounted(head) ? { MODEL_DIR: modelMountPath } : {}),
      }),
    ),
    worker: {
      ...withGeneration(worker, generation),
      autoscaler: 'none',
      spec: { ...predictor, minReplicas: counts.nodes - 1, deploymentStrategy: wholeSetsAtOnce(predictor) },
      // Unlike the head, it is not told the service's name under INFERENCE_SERVICE_NAME (KServe).
      podSpec: withContainer(podSpec, workerContainer, (container) =>
        withEnvironment(withGpus(container, counts.workerGpus, gpus), {
          ...shared,
          REQUEST_GPU_COUNT: String(counts.workerGpus),
          ISVC_NAME: service.metadata.name ?? '',
          HEAD_SVC: headServiceName(head.name, generation),
          WORKER_SVC: workersServiceName(head.name, generation),
        }),
      ),
    },
  };
}

function gpusIn({ containers }: PodSpec, name: string, gpus: readonly string[]): number {
  const container = containers.find((candidate) => candidate.name === name);
  return container ? gpusOf(container, gpus) : 0;
}

function sizeEnvironment({ pipeline, tensor }: ParallelSizes, { nodes }: NodeCounts): Environment {
  return {
    PIPELINE_PARALLEL_SIZE: String(pipeline),
    TENSOR_PARALLEL_SIZE: String(tensor),
    RAY_NODE_COUNT: String(nodes),
  };
}

function withGeneration(component: Component, generation: string): Component {
  return { ...component, labels: { ...component.labels, [generationLabel]: generation } };
}

/** All of the former workers stay until all of the new ones are there: a part of either is no use (KServe). */
function wholeSetsAtOnce({ deploymentStrategy }: PredictorSpec): NonNullable<PredictorSpec['deploymentStrategy']> {
  if (deploymentStrategy?.type === 'Recreate') return deploymentStrategy;
  return { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '0%', maxSurge: '100%' } };
}

/** A model that is in the Pod without having been fetched; another the server fetches by itself. */
function isMounted({ annotations }: Component): boolean {
  return /^(pvc|oci):\/\//.test(annotations[sourceUriAnnotation] ?? '');
}

function withContainer(podSpec: PodSpec, name: string, change: (container: Container) => Container): PodSpec {
  return {
    ...podSpec,
    containers: podSpec.containers.map((container) => (container.name === name ? change(container) : container)),
  };
}

/** What is said here holds, whatever was written (KServe). */
function withEnvironment(container: Container, environment: Environment): Container {
  const env = [...(container.env ?? [])];
  for (const [name, value] of Object.entries(environment)) {
    const index = env.findIndex((variable) => variable.name === name);
    if (index < 0) env.push({ name, value });
    else env[index] = { name, value };
  }
  return { ...container, env };
}
