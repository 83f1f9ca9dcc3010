import { cloneJson } from '@serval/kube/objects';
import { readObject } from '../../../schema/lenient.ts';
import { deploymentModeAnnotation } from './annotations.ts';
import { frameworkFields, v2ByDefault } from './formats.ts';
import { predictorContainerName, predictorImplementations } from './implementations.ts';
import type { InferenceService, ModelSpec, PredictorSpec } from './types.ts';

/** What defaulting takes from the platform's configuration. */
export interface InferenceServiceDefaults {
  /** `Standard` is written on the object, so that a later change of the default does not move it (as KServe does). */
  deploymentMode?: string;
  resources?: { cpuRequest?: string; memoryRequest?: string; cpuLimit?: string; memoryLimit?: string };
  automountServiceAccountToken?: boolean;
}

/**
 * The service with its defaults written out: the framework form turned into `model`, resources of the model container,
 * the deployment mode. Returns a new object and changes nothing that is set. What is invalid stays as it is, for
 * validation to speak of.
 */
export function defaultInferenceService(
  service: InferenceService,
  defaults: InferenceServiceDefaults = {},
): InferenceService {
  const result = cloneJson(service);
  const predictor: PredictorSpec | undefined = result.spec?.predictor;
  if (typeof predictor !== 'object' || predictor === null) return result;
  if (defaults.deploymentMode === 'Standard' && result.metadata.annotations?.[deploymentModeAnnotation] === undefined) {
    result.metadata.annotations = { ...result.metadata.annotations, [deploymentModeAnnotation]: 'Standard' };
  }
  if (predictorImplementations(predictor).length === 1) {
    moveFrameworkToModel(predictor);
    if (predictor.model === undefined) nameOnlyContainer(predictor);
    else if (readObject(predictor.model)) defaultModel(predictor.model, defaults);
  }
  if (defaults.automountServiceAccountToken === false) {
    for (const component of [predictor, result.spec.transformer, result.spec.explainer]) {
      if (component && component['automountServiceAccountToken'] === undefined) {
        component['automountServiceAccountToken'] = false;
      }
    }
  }
  return result;
}

function moveFrameworkToModel(predictor: PredictorSpec): void {
  const field = frameworkFields.find((name) => predictor[name] !== undefined);
  // Whatever else stands there would become fields of a model, and nobody could tell any more that it was wrong.
  if (!field || !readObject(predictor[field])) return;
  predictor.model = { modelFormat: { name: field }, ...predictor[field] };
  delete predictor[field];
  if (v2ByDefault.has(field)) predictor.model.protocolVersion ??= 'v2';
}

function defaultModel(model: ModelSpec, { resources = {} }: InferenceServiceDefaults): void {
  if (model.modelFormat?.name === 'triton') model.protocolVersion ??= 'v2';
  const requests = given({ cpu: resources.cpuRequest, memory: resources.memoryRequest });
  const limits = given({ cpu: resources.cpuLimit, memory: resources.memoryLimit });
  if (requests) model.resources = { ...model.resources, requests: { ...requests, ...model.resources?.requests } };
  if (limits) model.resources = { ...model.resources, limits: { ...limits, ...model.resources?.limits } };
}

/** A predictor's only container may leave its name out. */
function nameOnlyContainer(predictor: PredictorSpec): void {
  const [only, ...others] = Array.isArray(predictor.containers) ? predictor.containers : [];
  if (only && readObject(only) && others.length === 0 && !only.name) only.name = predictorContainerName;
}

function given(values: Record<string, string | undefined>): Record<string, string> | undefined {
  const entries = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
