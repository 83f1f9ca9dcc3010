import type { ModelSpec, PredictorSpec, ServingRuntimeSpec } from '@serval/api';
import type { Container, PodSpec } from '@serval/kube/objects';
import { predictorContainer, transformerContainer } from '../names.ts';
import { evaluateTemplates, TemplateError, type TemplateValues } from '../template/go-template.ts';
import { containerOfModel, podSpecOfComponent, podSpecOfRuntime } from './pod-fields.ts';
import { RuntimeSelectionError } from './select-runtime.ts';
import { strategicMerge } from './strategic-merge.ts';

/**
 * The Pod of a model: the runtime's, with the service's over it. The model container is the runtime's `kserve-container`
 * (or its only container) merged with `model`; arguments are not replaced but appended. Order, as KServe has it: model,
 * transformer, the runtime's other containers, the service's.
 *
 * @throws RuntimeSelectionError (InvalidPredictorSpec) for a runtime without container or a template that says nothing known.
 */
export function mergePodSpec(
  runtimeName: string,
  runtime: ServingRuntimeSpec,
  predictor: PredictorSpec,
  values: TemplateValues,
): PodSpec {
  const model = predictor.model as ModelSpec;
  const base = runtime.containers?.find(({ name }) => name === predictorContainer) ?? runtime.containers?.[0];
  if (!base) {
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `the runtime ${runtimeName} has no container to serve the model with`,
    );
  }
  const filled = (container: Container) => fillTemplates(container, runtimeName, values);
  const server = withRuntimeVersion(filled(mergeContainer(base, containerOfModel(model))), model.runtimeVersion);
  const { containers: _, initContainers, ...podOfRuntime } = podSpecOfRuntime(runtime);
  const { containers: ofService = [], ...podOfService } = podSpecOfComponent(predictor);
  const merged = strategicMerge(
    initContainers ? { ...podOfRuntime, initContainers } : podOfRuntime,
    podOfService,
    'core/v1.PodSpec',
  );
  const others = runtime.containers.filter(
    (container) => container !== base && container.name !== transformerContainer,
  );
  return {
    ...merged,
    containers: [
      { ...server, name: predictorContainer },
      ...transformerOf(runtime.containers, ofService).map(filled),
      ...others,
      ...ofService.filter(({ name }) => name !== transformerContainer),
    ],
  };
}

/** `overrides` over a runtime's container; arguments are appended, and the name stays. */
export function mergeContainer(base: Container, overrides: Partial<Container>): Container {
  const { name: _, args, ...rest } = overrides;
  const merged = strategicMerge(base, rest, 'core/v1.Container');
  const allArgs = [...(base.args ?? []), ...(args ?? [])];
  return allArgs.length > 0 ? { ...merged, args: allArgs } : merged;
}

/** A transformer in the model's own Pod, from the runtime, the service, or both. */
function transformerOf(ofRuntime: readonly Container[], ofService: readonly Container[]): Container[] {
  const base = ofRuntime.find(({ name }) => name === transformerContainer);
  const override = ofService.find(({ name }) => name === transformerContainer);
  if (base && override) return [mergeContainer(base, override)];
  return base ? [base] : override ? [override] : [];
}

function fillTemplates(container: Container, runtime: string, values: TemplateValues): Container {
  try {
    return evaluateTemplates(container, values);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `container ${container.name} of the runtime ${runtime}: ${error.message}`,
    );
  }
}

/** `runtimeVersion` takes the place of the image's tag. A port in the registry's name is not a tag. */
function withRuntimeVersion(container: Container, version: string | undefined): Container {
  if (!version || !container.image) return container;
  const slash = container.image.lastIndexOf('/');
  const [name = ''] = container.image.slice(slash + 1).split(/[:@]/, 1);
  return { ...container, image: `${container.image.slice(0, slash + 1)}${name}:${version}` };
}
