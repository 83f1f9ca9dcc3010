import {
  deploymentModeAnnotation,
  type FailureInfo,
  type InferenceService,
  presentModeName,
  stopAnnotation,
} from '@serval/api';
import { controllerReference, isStatusError, type KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { type RuntimeCandidates, RuntimeSelectionError } from '../../runtime/select-runtime.ts';
import { TemplateError } from '../../template/go-template.ts';
import { renderAutoscaler } from './autoscaler.ts';
import { type Component, predictorComponent } from './component.ts';
import { renderDeployment } from './deployment.ts';
import { isExternal } from './hosts.ts';
import { renderComponentRoute, renderServiceRoute } from './http-route.ts';
import { renderService } from './service.ts';

export interface RenderInput {
  /** Defaulted and valid. */
  readonly service: InferenceService;
  readonly runtimes: RuntimeCandidates;
  readonly config: ServingConfig;
}

export type Rendered =
  /** What there should be, and nothing else. */
  | { readonly state: 'serving'; readonly predictor: Component; readonly objects: readonly KubeObject[] }
  /** The stop annotation: nothing should be there. */
  | { readonly state: 'stopped'; readonly objects: readonly [] }
  /** The specification cannot be served; what is there from before stays. */
  | {
      readonly state: 'failed';
      readonly reason: NonNullable<FailureInfo['reason']>;
      readonly message: string;
      /** Of the condition, where modelStatus, which has a closed list, has no such reason. */
      readonly conditionReason?: string;
    };

/** The child objects of a service. Pure: needs no cluster, and the same input gives the same objects. */
export function renderInferenceService({ service, runtimes, config }: RenderInput): Rendered {
  if (service.metadata.annotations?.[stopAnnotation]?.toLowerCase() === 'true')
    return { state: 'stopped', objects: [] };
  try {
    const mode = deploymentModeOf(service, config);
    if (mode !== 'Standard') {
      const message = `deployment mode ${mode} is not served by this release; use Standard`;
      return { state: 'failed', reason: 'InvalidPredictorSpec', message };
    }
    const predictor = predictorComponent(service, runtimes, config);
    const autoscaler = renderAutoscaler(predictor);
    const children: KubeObject[] = [
      renderDeployment(predictor),
      renderService(predictor, config),
      ...(autoscaler ? [autoscaler] : []),
      ...(isExternal(service, config)
        ? [renderServiceRoute(service, predictor, config), renderComponentRoute(service, predictor, config)]
        : []),
    ];
    return { state: 'serving', predictor, objects: children.map((child) => owned(child, service)) };
  } catch (error) {
    if (error instanceof RuntimeSelectionError) {
      return { state: 'failed', reason: error.reason, message: error.message };
    }
    // A list item without the field that names it cannot be merged.
    if (isStatusError(error, 'BadRequest')) {
      return { state: 'failed', reason: 'InvalidPredictorSpec', message: error.message };
    }
    if (error instanceof TemplateError) {
      return { state: 'failed', reason: 'InvalidPredictorSpec', message: `ingress.domainTemplate: ${error.message}` };
    }
    throw error;
  }
}

/** Status, then annotation, then configuration (KServe): what a service once ran as, it stays. */
export function deploymentModeOf(service: InferenceService, config: ServingConfig): string {
  return presentModeName(
    service.status?.deploymentMode ||
      service.metadata.annotations?.[deploymentModeAnnotation] ||
      config.deploy.defaultDeploymentMode,
  );
}

/** Offline there is no uid to refer to. */
function owned(child: KubeObject, service: InferenceService): KubeObject {
  if (!service.metadata.uid) return child;
  return { ...child, metadata: { ...child.metadata, ownerReferences: [controllerReference(service)] } };
}
