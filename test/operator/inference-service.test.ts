import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { deployments, findCondition, httpRoutes, isStatusError, services } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from './support.ts';

function service(name: string, storageUri: string, predictor: object = {}): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace: 'default', name },
    spec: { predictor: { xgboost: { storageUri }, ...predictor } },
  };
}

test('a service is defaulted, and its children are made', async (t) => {
  const { client } = await startTestPlatform(t);
  const created = await client.create(inferenceServices, service('iris', 's3://models/iris'));
  assert.equal(created.spec.predictor.model?.modelFormat.name, 'xgboost');
  const target = { namespace: 'default', name: 'iris-predictor' };
  const deployment = await eventually(() => client.get(deployments, target));
  assert.equal(deployment.metadata.ownerReferences?.[0]?.uid, created.metadata.uid);
  await eventually(() => client.get(services, target));
  const route = await eventually(() => client.get(httpRoutes, { namespace: 'default', name: 'iris' }));
  assert.deepEqual(route.spec.hostnames, ['iris-default.localhost']);
  await eventually(async () => {
    const { status } = await client.get(inferenceServices, { namespace: 'default', name: 'iris' });
    assert.equal(status?.url, 'http://iris-default.localhost:18080');
    assert.notEqual(findCondition(status?.conditions, 'Ready')?.status, 'True');
    assert.equal(status?.clusterServingRuntimeName, 'serval-model-server');
  });
});

test('an invalid service is refused with every error and its path', async (t) => {
  const { client } = await startTestPlatform(t);
  await assert.rejects(client.create(inferenceServices, service('iris', 'ftp://x', { minReplicas: -1 })), (error) => {
    assert.ok(isStatusError(error, 'Invalid'));
    const fields = error.details?.causes?.map(({ field }) => field);
    assert.deepEqual(fields, ['spec.predictor.minReplicas', 'spec.predictor.model.storageUri']);
    return true;
  });
});
