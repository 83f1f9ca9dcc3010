import { frameworkFields } from './formats.ts';
import type { PredictorSpec } from './types.ts';

/** The name of the container that serves the model; runtimes, probes and mounts go by it. */
export const predictorContainerName = 'kserve-container';

/**
 * The ways in which a predictor says what it runs: `model`, a framework field, or `containers` (a server of one's own).
 * Containers beside a model are sidecars, unless one of them is named as the model's own (KServe's GetImplementations).
 */
export function predictorImplementations(predictor: PredictorSpec): string[] {
  const found: string[] = frameworkFields.filter((field) => predictor[field] !== undefined);
  if (predictor.model !== undefined) found.push('model');
  const containers = Array.isArray(predictor.containers) ? predictor.containers : [];
  const ownContainer = containers.some((container) => container?.name === predictorContainerName);
  if (ownContainer || (found.length === 0 && containers.length > 0)) found.push('containers');
  return found;
}
