import type { InferenceService, InferenceServiceStatus } from '@serval/api';
import type { KnativeService, Pod } from '@serval/kube/objects';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import { type ComponentKind, clusterHost, componentLabel } from '../../names.ts';
import type { Component } from '../render/component.ts';
import { knativeComponentStatus } from './knative-revisions.ts';
import { type KnativeState, knativeState } from './knative-state.ts';
import { modelStatusFrom } from './model-status.ts';

export interface ObservedKnative {
  readonly service: InferenceService;
  readonly knativeServices: ReadonlyMap<string, KnativeService>;
  /** Of the service. */
  readonly pods: readonly Pod[];
}

/** Condition types, as KServe spells them. */
const types: Readonly<Record<ComponentKind, { ready: string; routes: string; configurations: string }>> = {
  predictor: {
    ready: 'PredictorReady',
    routes: 'PredictorRouteReady',
    configurations: 'PredictorConfigurationReady',
  },
  transformer: {
    ready: 'TransformerReady',
    routes: 'TransformerRouteReady',
    configurations: 'TransformerConfigurationReady',
  },
  explainer: {
    ready: 'ExplainerReady',
    routes: 'ExplainerRoutesReady',
    configurations: 'ExplainerConfigurationReady',
  },
};

export interface KnativeStatus {
  readonly conditions: Readonly<Record<string, ConditionResult>>;
  readonly parts: Pick<InferenceServiceStatus, 'url' | 'address' | 'components' | 'modelStatus'>;
}

/**
 * The status of a service whose components are Knative Services. Predictions go to the URL of the transformer where there is one, else of
 * the predictor.
 */
export function knativeStatus(observed: ObservedKnative, components: readonly Component[]): KnativeStatus {
  const { service, knativeServices } = observed;
  const states = components.map((component) => ({ component, state: stateOf(observed, component) }));
  const front = components.find(({ kind }) => kind === 'transformer') ?? components[0];
  const url = front && knativeServices.get(front.name)?.status?.url;
  const conditions: Record<string, ConditionResult> = {};
  for (const { component, state } of states) {
    conditions[types[component.kind].ready] = state.ready;
    conditions[types[component.kind].routes] = state.routes;
    conditions[types[component.kind].configurations] = state.configurations;
  }
  conditions['RoutesReady'] = worst(states.map(({ state }) => state.routes));
  conditions['LatestDeploymentReady'] = worst(states.map(({ state }) => state.configurations));
  conditions['IngressReady'] = ingress(conditions['RoutesReady'], front, url);
  const predictor = states.find(({ component }) => component.kind === 'predictor')?.state;
  return {
    conditions,
    parts: {
      ...(url && front ? { url, address: { url: `http://${clusterHost(front.name, front.namespace)}` } } : {}),
      components: Object.fromEntries(
        components.map(({ kind, name }) => [
          kind,
          knativeComponentStatus(knativeServices.get(name), service.status?.components?.[kind]),
        ]),
      ),
      ...(predictor ? { modelStatus: modelStatusOf(service, predictor) } : {}),
    },
  };
}

function stateOf({ knativeServices, pods }: ObservedKnative, { kind, name }: Component): KnativeState {
  const own = pods.filter(({ metadata }) => metadata.labels?.[componentLabel] === kind);
  return knativeState(knativeServices.get(name), own);
}

function ingress(routes: ConditionResult, front: Component | undefined, url: string | undefined): ConditionResult {
  if (routes.status !== 'True' || url) return routes;
  const message = `Knative Service ${front?.name} has no URL yet`;
  return { status: 'Unknown', reason: 'KnativeServicePending', message };
}

/** A model that is not asked for has no Pods, and is loaded when it is. */
function modelStatusOf(service: InferenceService, predictor: KnativeState): InferenceServiceStatus['modelStatus'] {
  if (predictor.rolledOut && predictor.targets.length === 0) {
    return {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Standby', targetModelState: 'Standby' },
      copies: { failedCopies: 0, totalCopies: predictor.readyPods },
    };
  }
  const specChanged = service.status?.observedGeneration !== service.metadata.generation;
  return modelStatusFrom(predictor, service.status?.modelStatus, specChanged);
}

/** False before Unknown. */
function worst(results: readonly ConditionResult[]): ConditionResult {
  return (
    results.find(({ status }) => status === 'False') ??
    results.find(({ status }) => status === 'Unknown') ?? { status: 'True' }
  );
}
