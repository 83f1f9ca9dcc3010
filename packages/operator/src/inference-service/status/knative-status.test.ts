import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCondition } from '@serval/kube/objects';
import { settledWorld, statusOf } from '../testing.ts';

function knativeWorld() {
  const world = settledWorld();
  for (const { metadata } of world.pods) metadata.labels = { component: 'predictor' };
  world.service.status = {
    deploymentMode: 'Knative',
    url: 'http://iris-predictor.default.example.com',
    components: { predictor: { latestRolledoutRevision: 'iris-predictor-00001' } },
  };
  return world;
}

test('a specification that cannot be served lets nothing be forgotten of what serves', () => {
  const world = knativeWorld();
  world.service.spec.predictor.model = { modelFormat: { name: 'catboost' }, storageUri: 's3://m/iris' };
  const status = statusOf(world);
  assert.equal(findCondition(status.conditions, 'Ready')?.reason, 'NoSupportingRuntime');
  assert.equal(findCondition(status.conditions, 'IngressReady')?.status, 'Unknown');
  assert.equal(status.deploymentMode, 'Knative');
  assert.equal(status.url, 'http://iris-predictor.default.example.com');
  assert.equal(status.modelStatus?.states?.activeModelState, 'Loaded');
  assert.deepEqual(status.components, world.service.status?.components);
});

test('while Knative has not acted, nothing is ready, and it is known what had all requests', () => {
  const status = statusOf(knativeWorld());
  for (const type of [
    'Ready',
    'PredictorReady',
    'PredictorRouteReady',
    'RoutesReady',
    'LatestDeploymentReady',
    'IngressReady',
  ]) {
    assert.equal(findCondition(status.conditions, type)?.status, 'Unknown', type);
  }
  assert.equal(status.components?.['predictor']?.latestRolledoutRevision, 'iris-predictor-00001');
  assert.equal(status.clusterServingRuntimeName, 'serval-model-server');
});

test('what is stopped says so of every component', () => {
  const world = knativeWorld();
  world.service.metadata.annotations = { 'serving.kserve.io/stop': 'true' };
  world.service.spec.transformer = { containers: [{ name: 'a', image: 'b' }] };
  const status = statusOf(world);
  for (const type of ['PredictorReady', 'TransformerReady', 'Ready']) {
    assert.equal(findCondition(status.conditions, type)?.reason, 'Stopped', type);
  }
});
