import {
  type AutoscalerClass,
  autoscalerClassAnnotation,
  autoscalerClasses,
  type ComponentSpec,
  type InferenceService,
  type ServingRuntimeSpec,
} from '@serval/api';
import type { PodSpec } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { storageAnnotations } from '../../credentials/storage-request.ts';
import { appLabel, appOf, type ComponentKind, componentLabel, componentName, serviceLabel } from '../../names.ts';
import { mergePodSpec } from '../../runtime/merge-pod-spec.ts';
import { podSpecOfComponent } from '../../runtime/pod-fields.ts';
import { type RuntimeCandidates, type SelectedRuntime, selectRuntime } from '../../runtime/select-runtime.ts';
import { completePodSpec } from './complete-pod-spec.ts';
import { withoutKeys } from './without-keys.ts';

/** What the renderers of a component's children share. */
export interface Component {
  readonly kind: ComponentKind;
  /** Of Deployment, Service and autoscaler. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly podSpec: PodSpec;
  readonly spec: ComponentSpec;
  readonly autoscaler: AutoscalerClass;
  readonly runtime?: SelectedRuntime;
}

/**
 * The predictor: its runtime chosen, its Pod merged, its labels and annotations in KServe's precedence (component over
 * service over runtime).
 *
 * @throws RuntimeSelectionError when nothing can serve the model.
 */
export function predictorComponent(
  service: InferenceService,
  candidates: RuntimeCandidates,
  config: ServingConfig,
): Component {
  const { predictor } = service.spec;
  const name = componentName(service.metadata.name ?? '', 'predictor');
  const runtime = predictor.model ? selectRuntime(predictor.model, candidates) : undefined;
  const podSpec = runtime
    ? mergePodSpec(runtime.name, runtime.spec, predictor, {
        Name: service.metadata.name ?? '',
        Namespace: service.metadata.namespace ?? '',
        Labels: service.metadata.labels ?? {},
        Annotations: service.metadata.annotations ?? {},
      })
    : ({ containers: [], ...podSpecOfComponent(predictor) } satisfies PodSpec);
  const annotations = {
    ...withoutKeys(runtime?.spec.annotations, config.inferenceService.serviceAnnotationDisallowedList),
    ...withoutKeys(service.metadata.annotations, config.inferenceService.serviceAnnotationDisallowedList),
    ...withoutKeys(predictor.annotations, config.inferenceService.serviceAnnotationDisallowedList),
    // Last, as only they say what is to be fetched.
    ...storageAnnotations(predictor),
  };
  return {
    kind: 'predictor',
    name,
    namespace: service.metadata.namespace ?? 'default',
    labels: labelsOf(service, 'predictor', name, predictor, runtime?.spec, config),
    annotations,
    podSpec: completePodSpec(podSpec, service.metadata.name ?? ''),
    spec: predictor,
    autoscaler: autoscalerClass(annotations),
    ...(runtime ? { runtime } : {}),
  };
}

function labelsOf(
  service: InferenceService,
  kind: ComponentKind,
  name: string,
  spec: ComponentSpec,
  runtime: ServingRuntimeSpec | undefined,
  config: ServingConfig,
): Record<string, string> {
  return {
    ...withoutKeys(
      { ...runtime?.labels, ...service.metadata.labels, ...spec.labels },
      config.inferenceService.serviceLabelDisallowedList,
    ),
    [serviceLabel]: service.metadata.name ?? '',
    [componentLabel]: kind,
    [appLabel]: appOf(name),
  };
}

function autoscalerClass(annotations: Readonly<Record<string, string>>): AutoscalerClass {
  const written = annotations[autoscalerClassAnnotation];
  return autoscalerClasses.find((known) => known === written) ?? 'hpa';
}
