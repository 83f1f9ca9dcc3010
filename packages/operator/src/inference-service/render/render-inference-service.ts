import { deploymentModeAnnotation, type FailureInfo, type InferenceService, stopAnnotation } from '@serval/api';
import { controllerReference, type HttpRoute, isStatusError, type KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { adaptRoutes } from '../../gateway/adapt-routes.ts';
import { assumedCapabilities } from '../../gateway/assumed-capabilities.ts';
import type { GatewayCapabilities } from '../../gateway/capabilities.ts';
import type { Loss } from '../../gateway/fit-objects.ts';
import { type RuntimeCandidates, RuntimeSelectionError } from '../../runtime/select-runtime.ts';
import { TemplateError } from '../../template/go-template.ts';
import { deploymentModeOf } from '../deployment-mode.ts';
import { renderAutoscaler } from './autoscaler.ts';
import type { Traffic } from './backends.ts';
import type { Component } from './component.ts';
import { renderDeployment } from './deployment.ts';
import { isExternal } from './hosts.ts';
import { renderComponentRoute, renderServiceRoute } from './http-route.ts';
import { renderKnative } from './knative.ts';
import { renderHeadlessServices } from './multi-node/headless-services.ts';
import { noChildren, type ObservedChildren } from './observed-children.ts';
import { revisionsOf } from './revisions.ts';
import { renderScaledObject } from './scaled-object.ts';
import { renderService } from './service.ts';
import { type Canary, planTraffic } from './traffic.ts';

export interface RenderInput {
  /** Defaulted and valid. */
  readonly service: InferenceService;
  readonly runtimes: RuntimeCandidates;
  readonly config: ServingConfig;
  /** Default: nothing is there yet. */
  readonly observed?: ObservedChildren;
  /** What routes may make use of. Default: what `serval up` brings along. */
  readonly capabilities?: GatewayCapabilities;
}

export type Rendered =
  /** What there should be, and nothing else. */
  | {
      readonly state: 'serving';
      /** The stable one. */
      readonly predictor: Component;
      readonly canaries: readonly Canary[];
      readonly traffic: Traffic;
      readonly objects: readonly KubeObject[];
      /** What the service asks for and its gateway cannot do. */
      readonly losses: readonly Loss[];
    }
  /** As Knative Services, and nothing else. */
  | {
      readonly state: 'knative';
      readonly predictor: Component;
      /** The predictor first; at most one of each kind. */
      readonly components: readonly Component[];
      readonly objects: readonly KubeObject[];
    }
  /** Another controller's: nothing is made, and nothing taken away. */
  | { readonly state: 'elsewhere'; readonly objects: readonly [] }
  /** The stop annotation: nothing should be there. */
  | { readonly state: 'stopped'; readonly objects: readonly [] }
  /** The specification cannot be served; what is there from before stays. */
  | {
      readonly state: 'failed';
      readonly reason: NonNullable<FailureInfo['reason']>;
      readonly message: string;
      /** Of the condition, where modelStatus, which has a closed list, has no such reason. */
      readonly conditionReason?: string;
      /** The service does not run in its mode, and so may still get another one. */
      readonly isModeOpen?: true;
    };

/** Whether there is to be something that runs Pods. */
export function isMade(rendered: Rendered): rendered is Extract<Rendered, { state: 'serving' | 'knative' }> {
  return rendered.state === 'serving' || rendered.state === 'knative';
}

/** The child objects of a service. Pure: needs no cluster, and the same input gives the same objects. */
export function renderInferenceService(input: RenderInput): Rendered {
  const { service, runtimes, config, observed = noChildren, capabilities = assumedCapabilities() } = input;
  const mode = deploymentModeOf(service, config);
  if (mode === 'ModelMesh') return { state: 'elsewhere', objects: [] };
  if (service.metadata.annotations?.[stopAnnotation]?.toLowerCase() === 'true')
    return { state: 'stopped', objects: [] };
  try {
    if (mode === 'Knative') {
      if (!observed.hasKnative) return withoutKnative(service);
      const { components, objects } = renderKnative(service, runtimes, config);
      const [predictor] = components;
      return { state: 'knative', predictor, components, objects: objects.map((child) => owned(child, service)) };
    }
    const revisions = revisionsOf(service, runtimes, config, observed);
    const { canaries, traffic, components } = planTraffic(service, revisions, config, observed);
    const children = [
      ...components.flatMap((component) => childrenOf(component, config, observed)),
      ...(isExternal(service, config) ? routesOf(service, traffic, config) : []),
    ];
    const { objects, losses } = adaptRoutes({
      objects: children,
      service: service.metadata.name ?? '',
      config,
      capabilities,
    });
    const own = objects.map((child) => owned(child, service));
    return { state: 'serving', predictor: revisions.stable, canaries, traffic, objects: own, losses };
  } catch (error) {
    if (error instanceof RuntimeSelectionError) {
      const { reason, message, conditionReason } = error;
      return { state: 'failed', reason, message, ...(conditionReason ? { conditionReason } : {}) };
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

/** What once ran in Knative is bound to it (KServe); what never did may be given the other mode. */
function withoutKnative({ status }: InferenceService): Rendered {
  const wayOut = `${status?.deploymentMode ? 'make the service anew with' : 'set'} annotation ${deploymentModeAnnotation}: Standard`;
  return {
    state: 'failed',
    reason: 'InvalidPredictorSpec',
    conditionReason: 'KnativeNotInstalled',
    message: `mode Knative needs Knative Serving, whose Service (serving.knative.dev/v1) the API server does not serve; install it, or ${wayOut}`,
    isModeOpen: true,
  };
}

function childrenOf(component: Component, config: ServingConfig, observed: ObservedChildren): KubeObject[] {
  const autoscaler =
    renderAutoscaler(component) ?? (observed.hasKeda ? renderScaledObject(component, config) : undefined);
  const deployment = renderDeployment(component, observed.deployments.get(component.name));
  const { worker } = component;
  return [
    deployment,
    ...(worker ? [renderDeployment(worker), ...renderHeadlessServices(component, worker)] : []),
    renderService(component, config),
    ...(autoscaler ? [autoscaler] : []),
  ];
}

function routesOf(service: InferenceService, traffic: Traffic, config: ServingConfig): HttpRoute[] {
  const { predictors, transformers, explainer } = traffic;
  const ofComponents = [predictors, transformers, explainer ? [{ component: explainer, weight: 1 }] : []];
  return [
    renderServiceRoute(service, traffic, config),
    ...ofComponents.flatMap((backends) => renderComponentRoute(service, backends, config) ?? []),
  ];
}

/** Offline there is no uid to refer to. */
function owned(child: KubeObject, service: InferenceService): KubeObject {
  if (!service.metadata.uid) return child;
  return { ...child, metadata: { ...child.metadata, ownerReferences: [controllerReference(service)] } };
}
