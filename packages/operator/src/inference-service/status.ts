import type { InferenceServiceStatus } from '@serval/api';
import { type Condition, findCondition } from '@serval/kube/objects';
import type { ServingConfig } from '../config/serving-config.ts';
import { clusterHost } from '../names.ts';
import { certificateConditionType } from '../storage-config/certificate-condition.ts';
import type { Observed } from './observe.ts';
import { externalHost, isExternal } from './render/hosts.ts';
import { parentReferenceOf } from './render/http-route.ts';
import { deploymentModeOf, type Rendered } from './render/render-inference-service.ts';
import { componentState } from './status/component-state.ts';
import type { ConditionResult } from './status/condition-result.ts';
import { ingressState } from './status/ingress-state.ts';
import { invalidModelStatus, modelStatusFrom } from './status/model-status.ts';
import { externalUrl } from './status/urls.ts';

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
  const base = {
    observedGeneration: service.metadata.generation ?? 1,
    deploymentMode: deploymentModeOf(service, config),
  };
  if (rendered.state === 'stopped') {
    const stopped: ConditionResult = { status: 'False', reason: 'Stopped', message: 'the stop annotation is set' };
    return { ...base, conditions: conditionsFrom(observed, { PredictorReady: stopped, IngressReady: stopped }, now) };
  }
  const predictor = componentState(observed.predictor);
  if (rendered.state === 'failed') {
    const { reason, conditionReason = reason, message } = rendered;
    const failure: ConditionResult = { status: 'False', reason: conditionReason, message };
    return {
      ...base,
      conditions: conditionsFrom(observed, { PredictorReady: failure, IngressReady: ingress(observed, config) }, now),
      modelStatus: invalidModelStatus(rendered, predictor.readyPods),
    };
  }
  const { runtime, name, namespace } = rendered.predictor;
  const specChanged = service.status?.observedGeneration !== service.metadata.generation;
  const results: Record<string, ConditionResult> = {
    PredictorReady: refusal ? { status: 'False', reason: 'ReconcileFailed', message: refusal } : predictor.ready,
    IngressReady: ingress(observed, config),
  };
  for (const [field, type] of [
    ['transformer', 'TransformerReady'],
    ['explainer', 'ExplainerReady'],
  ] as const) {
    if (service.spec[field]) {
      results[type] = {
        status: 'False',
        reason: 'NotSupported',
        message: `spec.${field} is not served by this release`,
      };
    }
  }
  return {
    ...base,
    conditions: conditionsFrom(observed, results, now),
    ...urls(observed, config, name, namespace),
    modelStatus: modelStatusFrom(predictor, service.status?.modelStatus, specChanged),
    ...(runtime
      ? { [runtime.scope === 'cluster' ? 'clusterServingRuntimeName' : 'servingRuntimeName']: runtime.name }
      : {}),
  };
}

function ingress({ service, ingress: seen }: Observed, config: ServingConfig): ConditionResult {
  return isExternal(service, config) ? ingressState(seen, parentReferenceOf(config)) : { status: 'True' };
}

function urls(
  { service, ingress: { gateway } }: Observed,
  config: ServingConfig,
  predictor: string,
  namespace: string,
): Partial<InferenceServiceStatus> {
  const address = { url: `http://${clusterHost(predictor, namespace)}` };
  if (!isExternal(service, config)) {
    return { url: address.url, address, components: { predictor: { url: address.url, address } } };
  }
  const url = (name: string) => externalUrl(externalHost(name, service, config), gateway, config);
  return {
    url: url(service.metadata.name ?? ''),
    address,
    components: { predictor: { url: url(predictor), address } },
  };
}

/** The conditions with `Ready`, which is what all of them come to, each with the time of its last change. */
function conditionsFrom(
  { service, certificates }: Observed,
  results: Readonly<Record<string, ConditionResult>>,
  now: string,
): Condition[] {
  const all: Record<string, ConditionResult> = { ...results, Ready: readyFrom(results) };
  // Told beside the others: a model that is loaded serves on when a certificate ends.
  if (certificates) all[certificateConditionType] = certificates;
  return Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { status, reason, message }]) => {
      const before = findCondition(service.status?.conditions, type);
      const unchanged = before?.status === status && before.lastTransitionTime;
      return {
        type,
        status,
        ...(reason ? { reason } : {}),
        ...(message ? { message } : {}),
        observedGeneration: service.metadata.generation ?? 1,
        lastTransitionTime: unchanged ? before.lastTransitionTime : now,
      };
    });
}

/** False before Unknown: what is known to be wrong says more than what is not known yet. */
function readyFrom(results: Readonly<Record<string, ConditionResult>>): ConditionResult {
  const list = Object.values(results);
  return (
    list.find(({ status }) => status === 'False') ??
    list.find(({ status }) => status === 'Unknown') ?? { status: 'True' }
  );
}
