import {
  deploymentModeAnnotation,
  type FailureInfo,
  type InferenceService,
  presentModeName,
  stopAnnotation,
} from '@serval/api';
import { controllerReference, type HttpRoute, isStatusError, type KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { adaptRoutes } from '../../gateway/adapt-routes.ts';
import { assumedCapabilities } from '../../gateway/assumed-capabilities.ts';
import type { GatewayCapabilities } from '../../gateway/capabilities.ts';
import type { Loss } from '../../gateway/fit-objects.ts';
import { type RuntimeCandidates, RuntimeSelectionError } from '../../runtime/select-runtime.ts';
import { TemplateError } from '../../template/go-template.ts';
import { renderAutoscaler } from './autoscaler.ts';
import type { Traffic } from './backends.ts';
import type { Component } from './component.ts';
import { renderDeployment } from './deployment.ts';
import { isExternal } from './hosts.ts';
import { renderComponentRoute, renderServiceRoute } from './http-route.ts';
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
export function renderInferenceService(input: RenderInput): Rendered {
  const { service, runtimes, config, observed = noChildren, capabilities = assumedCapabilities() } = input;
  if (service.metadata.annotations?.[stopAnnotation]?.toLowerCase() === 'true')
    return { state: 'stopped', objects: [] };
  try {
    const mode = deploymentModeOf(service, config);
    if (mode !== 'Standard') {
      const message = `deployment mode ${mode} is not served by this release; use Standard`;
      return { state: 'failed', reason: 'InvalidPredictorSpec', message };
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

function childrenOf(component: Component, config: ServingConfig, observed: ObservedChildren): KubeObject[] {
  const autoscaler =
    renderAutoscaler(component) ?? (observed.hasKeda ? renderScaledObject(component, config) : undefined);
  const deployment = renderDeployment(component, observed.deployments.get(component.name));
  return [deployment, renderService(component, config), ...(autoscaler ? [autoscaler] : [])];
}

function routesOf(service: InferenceService, traffic: Traffic, config: ServingConfig): HttpRoute[] {
  const { predictors, transformers, explainer } = traffic;
  const ofComponents = [predictors, transformers, explainer ? [{ component: explainer, weight: 1 }] : []];
  return [
    renderServiceRoute(service, traffic, config),
    ...ofComponents.flatMap((backends) => renderComponentRoute(service, backends, config) ?? []),
  ];
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
