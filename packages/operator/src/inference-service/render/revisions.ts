import type { InferenceService } from '@serval/api';
import { covers } from '@serval/kube/client';
import type { ServingConfig } from '../../config/serving-config.ts';
import { appLabel, appOf, componentName } from '../../names.ts';
import { type RuntimeCandidates, RuntimeSelectionError } from '../../runtime/select-runtime.ts';
import { canaryPredictorSpec, canaryReplicas, replicasOf } from './canary-spec.ts';
import { type Component, predictorComponent } from './component.ts';
import { renderDeployment } from './deployment.ts';
import { canSplit } from './hosts.ts';
import { withWorkers } from './multi-node/head-and-worker.ts';
import { isRolledOut, isTakenUp, type ObservedChildren, shareOf } from './observed-children.ts';

/** A predictor that is tried beside the stable one. */
export interface CanaryPredictor {
  /** What the status calls it: `predictor.name`, or `canary` where `canaryTrafficPercent` makes it. */
  readonly name: string;
  readonly predictor: Component;
  /** Share that the service asks for. */
  readonly percent: number;
}

/** The predictors of a service: the stable one, and those that are tried. */
export interface Revisions {
  readonly stable: Component;
  readonly canaries: readonly CanaryPredictor[];
}

/** @throws RuntimeSelectionError when nothing can serve one of the models. */
export function revisionsOf(
  service: InferenceService,
  runtimes: RuntimeCandidates,
  config: ServingConfig,
  observed: ObservedChildren,
): Revisions {
  const { metadata, spec } = service;
  const nameOf = (variant?: string) => componentName(metadata.name ?? '', 'predictor', variant);
  const target = predictorComponent(service, spec.predictor, nameOf(spec.predictor.name), runtimes, config);
  if (spec.predictor.workerSpec) return { stable: ofSeveralNodes(service, target, config), canaries: [] };
  if (!spec.canary?.length) return gradual(service, target, config, observed);
  const stableReplicas = replicasOf(spec.predictor, observed.deployments.get(target.name)?.spec.replicas);
  return {
    stable: target,
    canaries: spec.canary.map(({ predictor: written, trafficPercent: percent }) => {
      const replicas = canaryReplicas(written.minReplicas, stableReplicas, percent);
      const name = written.name ?? '';
      const merged = { ...canaryPredictorSpec(spec.predictor, written), minReplicas: replicas };
      const predictor = predictorComponent(service, merged, nameOf(name), runtimes, config);
      return { name, percent, predictor: { ...predictor, autoscaler: 'none' } };
    }),
  };
}

/** Nothing is tried beside it: a canary would take as many nodes again, for whatever share. */
function ofSeveralNodes(service: InferenceService, head: Component, config: ServingConfig): Component {
  const { predictor, canary } = service.spec;
  const field = canary?.length ? 'canary' : 'predictor.canaryTrafficPercent';
  if (canary?.length || (predictor.canaryTrafficPercent ?? 100) < 100) {
    throw new RuntimeSelectionError(
      'InvalidPredictorSpec',
      `spec.${field} is not served beside spec.predictor.workerSpec: a model on several nodes has no canary`,
    );
  }
  return withWorkers(head, service, predictor, config);
}

/**
 * `canaryTrafficPercent`: the Deployment that is there keeps its Pods, and a second one, `…-canary`, gets those of the new
 * specification. At 100 percent the second one takes all requests before the first is changed, and goes when the first has
 * followed. Which step is due is seen from the children alone:
 *
 * | stable has the new Pods | percent | canary there | then |
 * |---|---|---|---|
 * | no | < 100 | either | keep stable, render the canary |
 * | no | 100 | yes | the canary takes all; change stable once the routes say so |
 * | no | 100 | no | an ordinary update |
 * | yes, all of them | any | either | no canary: done, or taken back |
 * | yes, not all yet | 100 | yes | the canary keeps all until they are |
 */
function gradual(
  service: InferenceService,
  target: Component,
  config: ServingConfig,
  { deployments, routes }: ObservedChildren,
): Revisions {
  const only: Revisions = { stable: target, canaries: [] };
  const live = deployments.get(target.name);
  if (!live) return only;
  const percent = service.spec.predictor.canaryTrafficPercent ?? 100;
  const name = `${target.name}-canary`;
  const isTried = deployments.has(name);
  const replicas = canaryReplicas(undefined, replicasOf(target.spec, live.spec.replicas), percent);
  const canary: CanaryPredictor = { name: 'canary', percent, predictor: fixedCopy(target, name, replicas) };
  if (covers(live.spec.template, renderDeployment(target).spec.template, '')) {
    return percent < 100 || !isTried || isRolledOut(live) ? only : { stable: target, canaries: [canary] };
  }
  // What never served is nothing to go back to.
  if (!isTried && (percent === 100 || (live.status?.availableReplicas ?? 0) === 0)) return only;
  const route = routes.get(componentName(service.metadata.name ?? '', 'predictor'));
  const tookAll = percent === 100 && shareOf(route, name) === 100 && [...routes.values()].every(isTakenUp);
  if (tookAll || (percent === 100 && !canSplit(service, config))) return { stable: target, canaries: [canary] };
  const { template } = live.spec;
  return { stable: { ...target, template, podSpec: template.spec }, canaries: [canary] };
}

/** The same Pods under another name, as many as are said. */
function fixedCopy(component: Component, name: string, replicas: number): Component {
  return {
    ...component,
    name,
    labels: { ...component.labels, [appLabel]: appOf(name) },
    autoscaler: 'none',
    spec: { ...component.spec, minReplicas: replicas },
  };
}
