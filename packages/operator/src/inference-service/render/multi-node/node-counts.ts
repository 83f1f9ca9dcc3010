import { RuntimeSelectionError } from '../../../runtime/select-runtime.ts';

/** How a model is split: layers over `pipeline` parts, and each of those over `tensor` GPUs. */
export interface ParallelSizes {
  readonly pipeline: number;
  readonly tensor: number;
}

/** Pods of one model, and the GPUs of each. */
export interface NodeCounts {
  /** With the head. */
  readonly nodes: number;
  readonly headGpus: number;
  /** Of one worker; 0 where the head does without. */
  readonly workerGpus: number;
}

/** One part of the layers on each Pod: the servers' own multiprocessing, without Ray. */
export function multiprocessingNodes({ pipeline, tensor }: ParallelSizes): NodeCounts {
  return { nodes: pipeline, headGpus: tensor, workerGpus: tensor };
}

/**
 * As many Pods as it takes to have all GPUs, given how many one of each kind asks for (KServe's rules for Ray):
 *
 * | worker asks | head asks | then |
 * |---|---|---|
 * | some | for all of them | the head alone |
 * | some | some, or none | workers of that size; a head that asks for none gets the rest |
 * | none | some | workers of one GPU for the rest |
 * | none | none | one GPU for each Pod |
 *
 * @throws RuntimeSelectionError (InvalidGPUAllocation) when they have fewer GPUs together than the model is split into.
 */
export function rayNodes({ pipeline, tensor }: ParallelSizes, headAsks: number, workerAsks: number): NodeCounts {
  const total = pipeline * tensor;
  if (workerAsks > 0) {
    const nodes = headAsks >= total ? 1 : Math.ceil(total / workerAsks);
    if (nodes === 1) return { nodes, headGpus: total, workerGpus: 0 };
    return enough(total, { nodes, headGpus: headAsks || total - workerAsks * (nodes - 1), workerGpus: workerAsks });
  }
  if (headAsks > 0) return { nodes: 1 + Math.max(0, total - headAsks), headGpus: headAsks, workerGpus: 1 };
  return { nodes: total, headGpus: 1, workerGpus: 1 };
}

function enough(total: number, counts: NodeCounts): NodeCounts {
  const { nodes, headGpus, workerGpus } = counts;
  const ofWorkers = workerGpus * (nodes - 1);
  if (headGpus + ofWorkers >= total) return counts;
  throw new RuntimeSelectionError(
    'InvalidPredictorSpec',
    `the model is split over ${total} GPUs, and the Pods ask for ${headGpus + ofWorkers}: ${headGpus} of the head and ${ofWorkers} of the workers`,
    'InvalidGPUAllocation',
  );
}
