import {
  type AutoscalerClass,
  autoscalerClassAnnotation,
  autoscalerClasses,
  type ComponentSpec,
  type InferenceService,
  type PredictorSpec,
  type ServingRuntimeSpec,
} from '@serval/api';
import type { PodSpec, PodTemplateSpec } from '@serval/kube/objects';
import { agentAnnotationsOf } from '../../agent/annotate.ts';
import type { ServingConfig } from '../../config/serving-config.ts';
import { storageAnnotations } from '../../credentials/storage-request.ts';
import {
  appLabel,
  appOf,
  type ComponentKind,
  componentLabel,
  serviceLabel,
  sourceUriAnnotation,
  storageUriVariable,
} from '../../names.ts';
import { serviceOnlyAnnotations } from '../../promotion/annotations.ts';
import { mergePodSpec } from '../../runtime/merge-pod-spec.ts';
import { podSpecOfComponent } from '../../runtime/pod-fields.ts';
import { type RuntimeCandidates, type SelectedRuntime, selectRuntime } from '../../runtime/select-runtime.ts';
import { withServiceName } from './complete-pod-spec.ts';
import { withoutKeys } from './without-keys.ts';

/** What the renderers of a component's children share. */
export interface Component {
  readonly kind: ComponentKind;
  /** Of Deployment, Service and autoscaler. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The same without the one that Deployment and Service select by, which may be anybody's then. */
  readonly ownLabels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly podSpec: PodSpec;
  /** What its Pods are made of now, where that is to stay; `podSpec` is the same one's then. */
  readonly template?: PodTemplateSpec;
  readonly spec: ComponentSpec;
  readonly autoscaler: AutoscalerClass;
  /** How its Deployment is updated where `spec` does not say. */
  readonly rollout: ServingConfig['deploy']['deploymentRolloutStrategy']['defaultRollout'];
  readonly runtime?: SelectedRuntime;
  /** Pods that serve the same model with those of this one. */
  readonly worker?: Component;
}

/**
 * A predictor: its runtime chosen, its Pod merged, its labels and annotations in KServe's precedence (component over
 * service over runtime).
 *
 * @throws RuntimeSelectionError when nothing can serve the model.
 */
export function predictorComponent(
  service: InferenceService,
  predictor: PredictorSpec,
  name: string,
  candidates: RuntimeCandidates,
  config: ServingConfig,
): Component {
  const multiNode = predictor.workerSpec !== undefined;
  const runtime = predictor.model ? selectRuntime(predictor.model, candidates, multiNode) : undefined;
  const podSpec = runtime
    ? mergePodSpec(runtime.name, runtime.spec, predictor, {
        Name: service.metadata.name ?? '',
        Namespace: service.metadata.namespace ?? '',
        Labels: service.metadata.labels ?? {},
        Annotations: service.metadata.annotations ?? {},
      })
    : ({ containers: [], ...podSpecOfComponent(predictor) } satisfies PodSpec);
  const source = runtime ? {} : sourceOfFirst(podSpec);
  const component = componentOf('predictor', name, service, predictor, podSpec, config, {
    runtime: runtime?.spec,
    // Last, as only they say what is to be fetched.
    storage: { ...source, ...storageAnnotations(predictor) },
  });
  return runtime ? { ...component, runtime } : component;
}

/** What only some kinds of component have. */
interface ComponentParts {
  readonly runtime?: Pick<ServingRuntimeSpec, 'labels' | 'annotations'> | undefined;
  readonly storage: Readonly<Record<string, string>>;
}

export function componentOf(
  kind: ComponentKind,
  name: string,
  service: InferenceService,
  spec: ComponentSpec,
  podSpec: PodSpec,
  { inferenceService, deploy }: ServingConfig,
  { runtime, storage }: ComponentParts,
): Component {
  const { serviceAnnotationDisallowedList, serviceLabelDisallowedList } = inferenceService;
  const annotations = {
    ...withoutKeys(runtime?.annotations, serviceAnnotationDisallowedList),
    ...withoutKeys(service.metadata.annotations, [...serviceAnnotationDisallowedList, ...serviceOnlyAnnotations]),
    ...withoutKeys(spec.annotations, serviceAnnotationDisallowedList),
    ...agentAnnotationsOf(spec),
    ...storage,
  };
  const ownLabels = {
    ...withoutKeys({ ...runtime?.labels, ...service.metadata.labels, ...spec.labels }, serviceLabelDisallowedList),
    [serviceLabel]: service.metadata.name ?? '',
    [componentLabel]: kind,
  };
  return {
    kind,
    name,
    namespace: service.metadata.namespace ?? 'default',
    labels: { ...ownLabels, [appLabel]: appOf(name) },
    ownLabels,
    annotations,
    podSpec: withServiceName(podSpec, service.metadata.name ?? ''),
    spec,
    rollout: deploy.deploymentRolloutStrategy.defaultRollout,
    autoscaler: autoscalerClass(annotations),
  };
}

/** The model of a server of one's own, which its first container names in its environment (KServe). */
export function sourceOfFirst({ containers }: PodSpec): Record<string, string> {
  const uri = containers[0]?.env?.find(({ name }) => name === storageUriVariable)?.value;
  return uri ? { [sourceUriAnnotation]: uri } : {};
}

function autoscalerClass(annotations: Readonly<Record<string, string>>): AutoscalerClass {
  const written = annotations[autoscalerClassAnnotation];
  return autoscalerClasses.find((known) => known === written) ?? 'hpa';
}
