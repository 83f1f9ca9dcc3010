import type { ComponentStatus, InferenceService, InferenceServiceStatus } from '@serval/api';
import type { ConditionResult } from '../../conditions/condition-result.ts';
import type { ServingConfig } from '../../config/serving-config.ts';
import type { ObservedComponent } from '../observe.ts';
import { canSplit, isExternal } from '../render/hosts.ts';
import type { Rendered } from '../render/render-inference-service.ts';
import type { Canary } from '../render/traffic.ts';
import { type ComponentState, componentState } from './component-state.ts';
import { modelStatusFrom } from './model-status.ts';
import { targetReplicaSet } from './target-pods.ts';

type Serving = Extract<Rendered, { state: 'serving' }>;
type Workloads = ReadonlyMap<string, ObservedComponent>;

/** How the canaries are, as condition `CanaryPredictorReady`; it does not count for `Ready` (KServe). Nothing without canaries. */
export function canaryCondition(
  service: InferenceService,
  { canaries }: Serving,
  workloads: Workloads,
  config: ServingConfig,
): ConditionResult | undefined {
  if (canaries.length === 0) return undefined;
  if (!canSplit(service, config)) {
    const why = isExternal(service, config)
      ? 'an Ingress has no weights, and only routes of the Gateway API can split requests (ingress.enableGatewayApi)'
      : 'the service has no routes, and only routes can split requests';
    return { status: 'False', reason: 'NoRoutes', message: `${why}: the stable predictor gets all of them` };
  }
  for (const canary of canaries) {
    for (const { ready, name } of chainStates(canary, workloads)) {
      if (ready.status === 'True') continue;
      const why = [ready.reason, ready.message].filter(Boolean).join(': ');
      return { status: 'False', reason: 'CanariesNotReady', message: `${name}: ${why}` };
    }
  }
  return { status: 'True', reason: 'AllCanariesReady' };
}

/** One entry for each canary; `trafficPercent` is what it gets, not what it is to get. */
export function canaryStatuses(
  service: InferenceService,
  { canaries }: Serving,
  workloads: Workloads,
): Pick<InferenceServiceStatus, 'canaryStatuses'> {
  if (canaries.length === 0) return {};
  const specChanged = service.status?.observedGeneration !== service.metadata.generation;
  return {
    canaryStatuses: canaries.map((canary) => {
      const before = service.status?.canaryStatuses?.find(({ name }) => name === canary.name)?.modelStatus;
      const predictor = componentState(workloads.get(canary.predictor.name));
      return {
        name: canary.name,
        ready: chainStates(canary, workloads).every(({ ready }) => ready.status === 'True'),
        trafficPercent: canary.weight,
        modelStatus: modelStatusFrom(predictor, before, specChanged),
      };
    }),
  };
}

/**
 * While requests are split, who gets which share. A revision is called as the ReplicaSet of its Pods, so that it can be found.
 */
export function predictorRevisions({ predictor, canaries }: Serving, workloads: Workloads): ComponentStatus {
  const [newest] = canaries.toReversed();
  if (!newest) return {};
  const revision = (name: string) => {
    const { deployment, replicaSets = [] } = workloads.get(name) ?? {};
    return deployment && targetReplicaSet(deployment, replicaSets)?.metadata.name;
  };
  const stable = revision(predictor.name);
  const latest = revision(newest.predictor.name);
  const isReady = componentState(workloads.get(newest.predictor.name)).ready.status === 'True';
  const ready = isReady ? latest : stable;
  return {
    ...(latest ? { latestCreatedRevision: latest } : {}),
    ...(ready ? { latestReadyRevision: ready } : {}),
    ...(stable ? { latestRolledoutRevision: stable } : {}),
    traffic: [
      ...canaries.flatMap(({ predictor: { name }, weight }) => {
        const revisionName = revision(name);
        return revisionName ? [{ revisionName, latestRevision: true, percent: weight, tag: 'latest' }] : [];
      }),
      ...(stable
        ? [
            {
              revisionName: stable,
              latestRevision: false,
              percent: 100 - canaries.reduce((sum, { weight }) => sum + weight, 0),
              tag: 'prev',
            },
          ]
        : []),
    ],
  };
}

function chainStates(
  { predictor, transformer }: Canary,
  workloads: Workloads,
): (Pick<ComponentState, 'ready'> & { name: string })[] {
  const chain = transformer ? [predictor, transformer] : [predictor];
  return chain.map(({ name }) => ({ name, ready: componentState(workloads.get(name)).ready }));
}
