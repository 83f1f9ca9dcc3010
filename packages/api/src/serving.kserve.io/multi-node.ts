import type { Container } from '@serval/kube/objects';
import type { FieldErrors } from '../schema/field-errors.ts';
import { readNumber, readObject, readObjects } from '../schema/lenient.ts';

/** Names further kinds of GPU, as a JSON list of resource names. */
const gpuResourceTypesAnnotation = 'serving.kserve.io/gpu-resource-types';

const knownGpuResources = ['nvidia.com/gpu', 'amd.com/gpu', 'intel.com/gpu', 'habana.ai/gaudi'] as const;
const otherResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'storage', 'ephemeral-storage']);
/** Set by the platform, from workerSpec. */
const sizeVariables: ReadonlySet<string> = new Set(['PIPELINE_PARALLEL_SIZE', 'TENSOR_PARALLEL_SIZE']);

interface WorkerSpec {
  readonly containers?: readonly Container[];
  readonly pipelineParallelSize?: number;
  readonly tensorParallelSize?: number;
}

/**
 * The rules of `workerSpec` that services and runtimes share (KServe's webhooks of both): one container, sizes from 1 on,
 * only resources that are known to be GPUs.
 */
export function validateWorkerSpec(
  path: string,
  worker: WorkerSpec,
  gpus: readonly string[],
  errors: FieldErrors,
): void {
  const containers = readObjects(worker.containers);
  if (containers.length > 1) {
    errors.invalid(`${path}.containers`, `must be one container at most, it has ${containers.length}`);
  }
  for (const field of ['pipelineParallelSize', 'tensorParallelSize'] as const) {
    const size = readNumber(worker[field]);
    if (size !== undefined && size < 1) errors.invalid(`${path}.${field}`, `must be at least 1, got ${size}`);
  }
  for (const [index, container] of containers) {
    validateGpuResources(`${path}.containers[${index}]`, container, gpus, errors);
  }
}

/** The container of the first Pod: sizes are workerSpec's business, and its GPUs are of a known kind. */
export function validateHeadContainer(
  path: string,
  container: Partial<Container>,
  gpus: readonly string[],
  errors: FieldErrors,
): void {
  for (const [index, { name }] of readObjects(container.env)) {
    if (sizeVariables.has(name)) {
      errors.forbidden(
        `${path}.env[${index}].name`,
        `must not be ${name}: workerSpec says how many, and the platform sets it`,
      );
    }
  }
  validateGpuResources(path, container, gpus, errors);
}

/** Names of resources that are GPUs for an object with these annotations. */
export function gpuResourceNames(annotations: Readonly<Record<string, string>>): readonly string[] {
  return [...knownGpuResources, ...(namesIn(annotations[gpuResourceTypesAnnotation] ?? '') ?? [])];
}

/**
 * Names of resources that are GPUs for an object with these annotations.
 * The answer leaves out what an annotation says that is no list of names, which is an error.
 */
export function gpuResourcesOf(
  annotations: Readonly<Record<string, string>>,
  errors: FieldErrors,
  path = 'metadata.annotations',
): readonly string[] {
  const text = annotations[gpuResourceTypesAnnotation];
  if (text && !namesIn(text)) {
    errors.invalid(
      `${path}[${gpuResourceTypesAnnotation}]`,
      `must be a JSON list of resource names, such as ["example.com/gpu"]; got ${JSON.stringify(text)}`,
    );
  }
  return gpuResourceNames(annotations);
}

function namesIn(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length === 0) return undefined;
    return value.every((name) => typeof name === 'string' && name !== '') ? value : undefined;
  } catch {
    return undefined;
  }
}

function validateGpuResources(
  path: string,
  container: Partial<Container>,
  gpus: readonly string[],
  errors: FieldErrors,
): void {
  for (const list of ['limits', 'requests'] as const) {
    for (const name of Object.keys(readObject(readObject(container.resources)?.[list]) ?? {})) {
      if (otherResources.has(name) || gpus.includes(name)) continue;
      errors.invalid(
        `${path}.resources.${list}[${name}]`,
        `must be a GPU: one of ${gpus.join(', ')}, or one that annotation ${gpuResourceTypesAnnotation} lists; got ${name}`,
      );
    }
  }
}
