import type { InferenceService } from '@serval/api';
import type { KnativeService } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { componentName } from '../../names.ts';
import { type RuntimeCandidates, RuntimeSelectionError } from '../../runtime/select-runtime.ts';
import { type Component, predictorComponent } from './component.ts';
import { renderKnativeService } from './knative-service.ts';
import { explainerComponent, transformerComponent } from './side-component.ts';

export interface KnativeComponents {
  /** The predictor first; at most one of each kind. */
  readonly components: readonly [Component, ...Component[]];
  readonly objects: readonly KnativeService[];
}

/**
 * A service in mode Knative: one Knative Service for each component, each with Knative's own URL. Nothing else is made: Knative brings its
 * routes along, and whatever carries them.
 *
 * @throws RuntimeSelectionError for what cannot be served, or not in this mode.
 */
export function renderKnative(
  service: InferenceService,
  runtimes: RuntimeCandidates,
  config: ServingConfig,
): KnativeComponents {
  const { metadata, spec, status } = service;
  for (const [field, written] of [
    ['canary', spec.canary?.length],
    ['predictor.workerSpec', spec.predictor.workerSpec],
  ]) {
    if (!written) continue;
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `spec.${field} is served in mode Standard only, the mode is Knative`,
    );
  }
  const name = componentName(metadata.name ?? '', 'predictor', spec.predictor.name);
  const predictor = predictorComponent(service, spec.predictor, name, runtimes, config);
  const components: [Component, ...Component[]] = [
    predictor,
    ...(spec.transformer ? [transformerComponent(service, spec.transformer, predictor, config)] : []),
    ...(spec.explainer ? [explainerComponent(service, spec.explainer, predictor, config)] : []),
  ];
  return {
    components,
    objects: components.map((component) =>
      renderKnativeService(component, status?.components?.[component.kind]?.latestRolledoutRevision),
    ),
  };
}
