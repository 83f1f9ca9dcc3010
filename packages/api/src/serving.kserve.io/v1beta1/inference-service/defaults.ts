import { type Container, cloneJson } from '@serval/kube/objects';
import { readObject, readObjects } from '../../../schema/lenient.ts';
import { deploymentModeAnnotation } from './annotations.ts';
import { frameworkFields, v2ByDefault } from './formats.ts';
import { predictorContainerName, predictorImplementations } from './implementations.ts';
import type { ComponentSpec, InferenceService, ModelSpec, PredictorSpec } from './types.ts';

/** What defaulting takes from the platform's configuration. */
export interface InferenceServiceDefaults {
  /** `Standard` and `ModelMesh` are written on the object, so that a later change of the default does not move it (as KServe does). */
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
  const { deploymentMode } = defaults;
  const writes = deploymentMode === 'Standard' || deploymentMode === 'ModelMesh';
  if (writes && result.metadata.annotations?.[deploymentModeAnnotation] === undefined) {
    result.metadata.annotations = { ...result.metadata.annotations, [deploymentModeAnnotation]: deploymentMode };
  }
  // Its own controller reads the framework form.
  if (result.metadata.annotations?.[deploymentModeAnnotation] === 'ModelMesh') return result;
  if (predictorImplementations(predictor).length === 1) {
    moveFrameworkToModel(predictor);
    if (predictor.model === undefined) nameOnlyContainer(predictor);
    else if (readObject(predictor.model)) defaultModel(predictor.model, defaults);
  }
  const { transformer, explainer } = result.spec;
  if (readObject(transformer)) defaultOwnServer(transformer, defaults);
  if (readObject(explainer) && !explainer?.art) defaultOwnServer(explainer, defaults);
  for (const [, canary] of readObjects(result.spec.canary)) {
    // What a canary does not say is the stable predictor's, so it gets no defaults of its own.
    if (readObject(canary.predictor) && predictorImplementations(canary.predictor).length === 1) {
      moveFrameworkToModel(canary.predictor);
    }
  }
  if (defaults.automountServiceAccountToken === false) {
    for (const component of [predictor, transformer, explainer]) {
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

function defaultModel(model: ModelSpec, defaults: InferenceServiceDefaults): void {
  if (model.modelFormat?.name === 'triton') model.protocolVersion ??= 'v2';
  defaultResources(model, defaults);
}

/** The first container of a transformer or explainer takes the requests. A name that is written stays: apply goes by it. */
function defaultOwnServer(component: ComponentSpec | undefined, defaults: InferenceServiceDefaults): void {
  const first = Array.isArray(component?.containers) ? component.containers[0] : undefined;
  if (!first || !readObject(first)) return;
  if (!first.name) first.name = predictorContainerName;
  defaultResources(first, defaults);
}

function defaultResources(container: Pick<Container, 'resources'>, { resources = {} }: InferenceServiceDefaults): void {
  const requests = given({ cpu: resources.cpuRequest, memory: resources.memoryRequest });
  const limits = given({ cpu: resources.cpuLimit, memory: resources.memoryLimit });
  const written = container.resources;
  if (requests) container.resources = { ...written, requests: { ...requests, ...written?.requests } };
  if (limits) container.resources = { ...container.resources, limits: { ...limits, ...written?.limits } };
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
