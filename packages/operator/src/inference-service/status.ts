import type { InferenceServiceStatus } from '@serval/api';
import type { Condition } from '@serval/kube/objects';
import type { ConditionResult } from '../conditions/condition-result.ts';
import { conditionsFrom } from '../conditions/conditions-from.ts';
import { defaultNamespace, type ServingConfig } from '../config/serving-config.ts';
import type { Loss } from '../gateway/fit-objects.ts';
import { type ComponentKind, componentLabel, componentName } from '../names.ts';
import { certificateConditionType } from '../storage-config/certificate-condition.ts';
import { deploymentModeOf } from './deployment-mode.ts';
import type { Observed } from './observe.ts';
import type { Component } from './render/component.ts';
import { isExternal } from './render/hosts.ts';
import { parentReferenceOf } from './render/http-route.ts';
import type { Rendered } from './render/render-inference-service.ts';
import { autoscalerCondition } from './status/autoscaler-condition.ts';
import { canaryCondition, canaryStatuses, predictorRevisions } from './status/canary-status.ts';
import { componentState, setState } from './status/component-state.ts';
import { componentUrls } from './status/component-urls.ts';
import { ingressState, isWayIn, type WayIn, wayInOf } from './status/ingress-state.ts';
import { knativeState } from './status/knative-state.ts';
import { knativeStatus } from './status/knative-status.ts';
import { lossCondition, routesCompleteType } from './status/loss-condition.ts';
import { invalidModelStatus, modelStatusFrom } from './status/model-status.ts';
import { withRootCause } from './status/root-cause.ts';

type Serving = Extract<Rendered, { state: 'serving' }>;
type Results = Record<string, ConditionResult>;

const readyTypes = {
  predictor: 'PredictorReady',
  transformer: 'TransformerReady',
  explainer: 'ExplainerReady',
} as const satisfies Record<ComponentKind, string>;

/** `reason` of what another controller serves. */
const leftAlone = 'ServedByModelMesh';

/**
 * The status of a service, from what is observed of its children. Pure: `now` (RFC 3339) is written only where a
 * condition changes. `refusal` is why the API server did not take the children.
 */
export function statusFrom(
  observed: Observed,
  rendered: Rendered,
  config: ServingConfig,
  now: string,
  refusal?: string,
): InferenceServiceStatus {
  const { service } = observed;
  const observedGeneration = service.metadata.generation ?? 1;
  const base = { observedGeneration, deploymentMode: deploymentModeOf(service, config) };
  switch (rendered.state) {
    case 'elsewhere':
      return elsewhereStatus(observed, now);
    case 'stopped':
      return { ...base, conditions: conditionsOf(observed, stoppedResults(observed), now) };
    case 'failed': {
      const { reason, conditionReason = reason, message, isModeOpen } = rendered;
      const isKnative = base.deploymentMode === 'Knative';
      const results: Results = {
        PredictorReady: { status: 'False', reason: conditionReason, message },
        IngressReady: isKnative ? { status: 'Unknown', reason: conditionReason } : ingress(observed, config, []),
      };
      return {
        // What is written here is for good.
        ...(isModeOpen && !service.status?.deploymentMode ? { observedGeneration } : base),
        conditions: conditionsOf(observed, results, now),
        modelStatus: invalidModelStatus(rendered, isKnative ? readyKnativePods(observed) : readyPodsOf(observed)),
        ...(isKnative ? whatServesOn(service.status) : {}),
      };
    }
    case 'knative': {
      const { conditions, parts } = knativeStatus(observed, rendered.components);
      const results = refusal ? { ...conditions, PredictorReady: refused(refusal) } : conditions;
      const runtime = runtimeName(rendered.predictor);
      return { ...base, conditions: conditionsOf(observed, results, now), ...parts, ...runtime };
    }
    case 'serving':
      return { ...base, ...servingStatus(observed, rendered, config, now, refusal) };
  }
}

function servingStatus(
  observed: Observed,
  rendered: Serving,
  config: ServingConfig,
  now: string,
  refusal: string | undefined,
): InferenceServiceStatus {
  const { service } = observed;
  const specChanged = service.status?.observedGeneration !== service.metadata.generation;
  const predictor = setState(rendered.predictor, observed.workloads);
  const results: Results = { IngressReady: ingress(observed, config, waysIn(rendered)) };
  for (const component of stableComponents(rendered)) {
    results[readyTypes[component.kind]] = setState(component, observed.workloads).ready;
  }
  const canary = canaryCondition(service, rendered, observed.workloads, config);
  if (canary) results['CanaryPredictorReady'] = canary;
  const autoscaler = autoscalerCondition(observed, stableComponents(rendered));
  if (autoscaler) results['AutoscalerReady'] = autoscaler;
  if (refusal) results['PredictorReady'] = refused(refusal);
  const urls = componentUrls(service, observed.ingress.gateway, stableComponents(rendered), config);
  const revisions = predictorRevisions(rendered, observed.workloads);
  return {
    conditions: conditionsOf(observed, results, now, rendered.losses),
    ...urls,
    components: { ...urls.components, predictor: { ...urls.components?.['predictor'], ...revisions } },
    ...canaryStatuses(service, rendered, observed.workloads),
    modelStatus: modelStatusFrom(predictor, service.status?.modelStatus, specChanged),
    ...runtimeName(rendered.predictor),
  };
}

/** Which revision last had all requests is known from here alone, and is needed for the next one. */
function whatServesOn({ url, address, components }: InferenceServiceStatus = {}): Partial<InferenceServiceStatus> {
  return { ...(url ? { url } : {}), ...(address ? { address } : {}), ...(components ? { components } : {}) };
}

function refused(message: string): ConditionResult {
  return { status: 'False', reason: 'ReconcileFailed', message };
}

function runtimeName({ runtime }: Component): Pick<InferenceServiceStatus, 'clusterServingRuntimeName'> {
  if (!runtime) return {};
  return { [runtime.scope === 'cluster' ? 'clusterServingRuntimeName' : 'servingRuntimeName']: runtime.name };
}

/** Of a service that is not Serval's: who runs it writes its status, and as long as nobody has, this says why nothing happens. */
function elsewhereStatus(observed: Observed, now: string): InferenceServiceStatus {
  const { status = {}, metadata } = observed.service;
  if (status.conditions?.some(({ reason }) => reason !== leftAlone)) return status;
  const message = 'mode ModelMesh is served by the controller of ModelMesh; Serval leaves the service alone';
  const [ready] = conditionsOf(
    observed,
    { PredictorReady: { status: 'Unknown', reason: leftAlone, message } },
    now,
  ).filter(({ type }) => type === 'Ready');
  return { ...status, observedGeneration: metadata.generation ?? 1, ...(ready ? { conditions: [ready] } : {}) };
}

/** One of each kind, the predictor first. */
function stableComponents({ predictor, traffic: { transformers, explainer } }: Serving): Component[] {
  const [transformer] = transformers;
  return [predictor, ...(transformer ? [transformer.component] : []), ...(explainer ? [explainer] : [])];
}

function stoppedResults({ service: { spec } }: Observed): Results {
  const stopped: ConditionResult = { status: 'False', reason: 'Stopped', message: 'the stop annotation is set' };
  return {
    PredictorReady: stopped,
    ...(spec.transformer ? { TransformerReady: stopped } : {}),
    ...(spec.explainer ? { ExplainerReady: stopped } : {}),
    ...(spec.canary?.length ? { CanaryPredictorReady: stopped } : {}),
    IngressReady: stopped,
  };
}

function ingress(
  { service, ingress: seen, home }: Observed,
  config: ServingConfig,
  expected: readonly WayIn[],
): ConditionResult {
  if (!isExternal(service, config)) return { status: 'True' };
  // Of a specification that nothing can be made of: what there was before, which serves on.
  const former = [...seen.routes.values(), ...seen.grpcRoutes.values(), ...seen.ingresses.values()].map(wayInOf);
  const state = ingressState(seen, parentReferenceOf(config), expected.length > 0 ? expected : former);
  return withRootCause(state, seen, { service, settings: config, systemNamespace: home ?? defaultNamespace });
}

function waysIn({ objects }: Serving): WayIn[] {
  return objects.filter(isWayIn).map(wayInOf);
}

function readyKnativePods({ pods }: Observed): number {
  const predictors = pods.filter(({ metadata }) => metadata.labels?.[componentLabel] === 'predictor');
  return knativeState(undefined, predictors).readyPods;
}

function readyPodsOf({ service: { metadata, spec }, workloads }: Observed): number {
  const name = componentName(metadata.name ?? '', 'predictor', spec.predictor.name);
  return componentState(workloads.get(name)).readyPods;
}

/** With `Ready`, which is what all of them come to. */
function conditionsOf(
  { service, certificates }: Observed,
  results: Readonly<Results>,
  now: string,
  losses: readonly Loss[] = [],
): Condition[] {
  const all: Results = { ...results, Ready: readyFrom(results) };
  // Told beside the others: a model that is loaded serves on when a certificate ends.
  if (certificates) all[certificateConditionType] = certificates;
  const lost = lossCondition(losses);
  if (lost) all[routesCompleteType] = lost;
  return conditionsFrom(service, all, now);
}

/** False before Unknown: what is known to be wrong says more than what is not known yet. */
function readyFrom(results: Readonly<Results>): ConditionResult {
  const order = ['PredictorReady', 'TransformerReady', 'ExplainerReady', 'IngressReady'];
  const list = order.flatMap((type) => results[type] ?? []);
  return (
    list.find(({ status }) => status === 'False') ??
    list.find(({ status }) => status === 'Unknown') ?? { status: 'True' }
  );
}
