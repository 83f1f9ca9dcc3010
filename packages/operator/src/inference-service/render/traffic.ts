import type { InferenceService } from '@serval/api';
import type { ServingConfig } from '../../config/serving-config.ts';
import { componentName } from '../../names.ts';
import type { Backend, Traffic } from './backends.ts';
import { canaryReplicas, replicasOf } from './canary-spec.ts';
import type { Component } from './component.ts';
import { canSplit } from './hosts.ts';
import { type ObservedChildren, shareOf } from './observed-children.ts';
import type { CanaryPredictor, Revisions } from './revisions.ts';
import { explainerComponent, transformerComponent } from './side-component.ts';

/** A canary with what stands before it, and the share of the requests that it gets now. */
export interface Canary extends CanaryPredictor {
  readonly transformer?: Component | undefined;
  /** Percent; 0 until its Pods are there, and without routes, which alone can split requests. */
  readonly weight: number;
}

export interface TrafficPlan {
  readonly canaries: readonly Canary[];
  readonly traffic: Traffic;
  /** Everything that runs, the stable predictor first. */
  readonly components: readonly Component[];
}

/**
 * Splits the requests over the revisions. Each predictor has a transformer of its own where the service has one, so that a split
 * never passes it by; the shares lie on the routes, before the transformers.
 */
export function planTraffic(
  service: InferenceService,
  { stable, canaries: tried }: Revisions,
  config: ServingConfig,
  observed: ObservedChildren,
): TrafficPlan {
  const { explainer: explainerSpec } = service.spec;
  const transformer =
    service.spec.transformer && transformerComponent(service, service.spec.transformer, stable, config);
  const explainer = explainerSpec && explainerComponent(service, explainerSpec, stable, config);
  const canaries = tried.map((canary): Canary => {
    const own = canaryTransformer(service, canary, config, observed);
    const weight = canSplit(service, config) ? weightOf(service, canary, own, observed) : 0;
    return { ...canary, transformer: own, weight };
  });
  const split = (first: Component, of: (canary: Canary) => Component | undefined): Backend[] => [
    { component: first, weight: tried.length === 0 ? 1 : 100 - canaries.reduce((sum, { weight }) => sum + weight, 0) },
    ...canaries.flatMap((canary) => {
      const component = of(canary);
      return component && canary.weight > 0 ? [{ component, weight: canary.weight }] : [];
    }),
  ];
  const predictors = split(stable, ({ predictor }) => predictor);
  const transformers = transformer ? split(transformer, (canary) => canary.transformer) : [];
  return {
    canaries,
    traffic: { predictors, transformers, explainer, front: transformer ? transformers : predictors },
    components: [
      stable,
      ...canaries.map(({ predictor }) => predictor),
      ...(transformer ? [transformer] : []),
      ...canaries.flatMap((canary) => canary.transformer ?? []),
      ...(explainer ? [explainer] : []),
    ],
  };
}

function canaryTransformer(
  service: InferenceService,
  { name, predictor, percent }: CanaryPredictor,
  config: ServingConfig,
  { deployments }: ObservedChildren,
): Component | undefined {
  const { transformer: spec } = service.spec;
  if (!spec) return undefined;
  const stable = componentName(service.metadata.name ?? '', 'transformer');
  const own = service.spec.canary?.length
    ? componentName(service.metadata.name ?? '', 'transformer', name)
    : `${stable}-canary`;
  const replicas = canaryReplicas(undefined, replicasOf(spec, deployments.get(stable)?.spec.replicas), percent);
  const component = transformerComponent(service, { ...spec, minReplicas: replicas }, predictor, config, own);
  return { ...component, autoscaler: 'none' };
}

/** A share grows only when the Pods for it are there, and is nothing while none is. */
function weightOf(
  { metadata }: InferenceService,
  { predictor, percent }: CanaryPredictor,
  transformer: Component | undefined,
  { deployments, routes }: ObservedChildren,
): number {
  const chain = transformer ? [predictor, transformer] : [predictor];
  const pods = chain.map(({ name, spec }) => ({
    available: deployments.get(name)?.status?.availableReplicas ?? 0,
    wanted: spec.minReplicas ?? 1,
  }));
  if (pods.some(({ available }) => available === 0)) return 0;
  if (pods.every(({ available, wanted }) => available >= wanted)) return percent;
  const route = routes.get(componentName(metadata.name ?? '', 'predictor'));
  return Math.min(percent, shareOf(route, predictor.name));
}
