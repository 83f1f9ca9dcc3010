import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '@serval/kube/objects';
import { findCondition } from '@serval/kube/objects';
import { defaultServingConfig } from '../../config/serving-config.ts';
import { builtInServingRuntimes } from '../../declarations/serving-runtimes.ts';
import { assumedCapabilities } from '../../gateway/assumed-capabilities.ts';
import { childrenIn, type Observed, type ObservedComponent } from '../observe.ts';
import { renderInferenceService } from '../render/render-inference-service.ts';
import { statusFrom } from '../status.ts';
import { now, settledWorld, type World } from '../testing.ts';

/** The settled world with a canary of 20 percent, whose Pods are there or not. */
function statusWith(world: World, canary: ObservedComponent | undefined, config = defaultServingConfig) {
  world.service.spec.canary = [
    {
      predictor: { name: 'v2', model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://m/2' } },
      trafficPercent: 20,
    },
  ];
  const runtimes = { namespaced: [], cluster: builtInServingRuntimes() };
  const stable = { deployment: world.deployment, replicaSets: world.replicaSets, pods: world.pods };
  const observed: Observed = {
    service: world.service,
    runtimes,
    workloads: new Map([['iris-predictor', stable], ...(canary ? [['iris-v2-predictor', canary] as const] : [])]),
    scaledObjects: new Map(),
    hasKeda: true,
    knativeServices: new Map(),
    hasKnative: true,
    pods: world.pods,
    ingress: {
      gateway: world.gateway,
      gatewayClass: undefined,
      capabilities: assumedCapabilities(),
      routes: new Map(),
      grpcRoutes: new Map(),
      ingresses: new Map(),
    },
  };
  const rendered = renderInferenceService({
    service: world.service,
    runtimes,
    config,
    observed: childrenIn(observed),
  });
  return statusFrom(observed, rendered, config, now);
}

/** As the stable one, under the canary's names. */
function readyCanary({ deployment, replicaSets, pods }: World): ObservedComponent {
  const renamed = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('iris-predictor', 'iris-v2-predictor')) as T;
  return { deployment: renamed(deployment as Deployment), replicaSets: renamed(replicaSets), pods: renamed(pods) };
}

test('a canary that is not there yet gets nothing, and says so beside Ready', () => {
  const status = statusWith(settledWorld(), undefined);
  assert.deepEqual(
    status.canaryStatuses?.map(({ name, ready, trafficPercent }) => [name, ready, trafficPercent]),
    [['v2', false, 0]],
  );
  const condition = findCondition(status.conditions, 'CanaryPredictorReady');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'CanariesNotReady']);
  assert.match(condition?.message ?? '', /^iris-v2-predictor: DeploymentPending/);
  assert.equal(findCondition(status.conditions, 'PredictorReady')?.status, 'True');
});

test('a canary that is there has its share, by name and by ReplicaSet', () => {
  const world = settledWorld();
  const status = statusWith(world, readyCanary(world));
  assert.deepEqual(
    status.canaryStatuses?.map(({ ready, trafficPercent, modelStatus }) => [
      ready,
      trafficPercent,
      modelStatus?.transitionStatus,
    ]),
    [[true, 20, 'UpToDate']],
  );
  assert.equal(findCondition(status.conditions, 'CanaryPredictorReady')?.reason, 'AllCanariesReady');
  const { traffic, latestReadyRevision, latestRolledoutRevision } = status.components?.['predictor'] ?? {};
  assert.deepEqual(
    traffic?.map(({ revisionName, percent }) => [revisionName, percent]),
    [
      ['iris-v2-predictor-1', 20],
      ['iris-predictor-1', 80],
    ],
  );
  assert.deepEqual([latestReadyRevision, latestRolledoutRevision], ['iris-v2-predictor-1', 'iris-predictor-1']);
});

test('without routes a canary is told to get nothing', () => {
  const world = settledWorld();
  world.service.metadata.labels = { 'networking.kserve.io/visibility': 'cluster-local' };
  const status = statusWith(world, readyCanary(world));
  assert.equal(findCondition(status.conditions, 'CanaryPredictorReady')?.reason, 'NoRoutes');
  assert.equal(status.canaryStatuses?.[0]?.trafficPercent, 0);
});

test('behind an Ingress, which has no weights, a canary is told to get nothing', () => {
  const world = settledWorld();
  const config = { ...defaultServingConfig, ingress: { ...defaultServingConfig.ingress, enableGatewayApi: false } };
  const status = statusWith(world, readyCanary(world), config);
  const condition = findCondition(status.conditions, 'CanaryPredictorReady');
  assert.equal(condition?.reason, 'NoRoutes');
  assert.match(condition?.message ?? '', /an Ingress has no weights/);
  assert.equal(status.canaryStatuses?.[0]?.trafficPercent, 0);
});
