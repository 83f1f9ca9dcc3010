import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterServingRuntimes, type InferenceServiceStatus, inferenceServices } from '@serval/api';
import {
  configMaps,
  deployments,
  findCondition,
  horizontalPodAutoscalers,
  httpRoutes,
  isStatusError,
  namespaces,
  type Pod,
  pods,
  secrets,
  serviceAccounts,
  services,
} from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform, statusWhen } from './support.ts';

const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };
const child = { namespace: 'default', name: 'iris-predictor' };
const iris = { namespace: 'default', name: 'iris' };

test('a service is defaulted, its children are made, and nothing is ready on hope', async (t) => {
  const { client, writes, restartOperator } = await startTestPlatform(t);
  const created = await client.create(
    inferenceServices,
    serviceOf('iris', { xgboost: { storageUri: model.storageUri } }),
  );
  assert.deepEqual(created.spec.predictor, { model });
  assert.equal(created.metadata.annotations?.['serving.kserve.io/deploymentMode'], 'Standard');
  const status = await statusWhen(client, 'iris', ({ conditions }) => conditions !== undefined);
  assert.equal(status.url, 'http://iris-default.localhost:18080');
  assert.notEqual(findCondition(status.conditions, 'Ready')?.status, 'True');
  const deployment = await client.get(deployments, child);
  assert.equal(deployment.metadata.ownerReferences?.[0]?.uid, created.metadata.uid);
  await client.get(services, child);
  await client.get(horizontalPodAutoscalers, child);
  const route = await client.get(httpRoutes, iris);
  assert.deepEqual(route.spec.hostnames, ['iris-default.localhost']);

  await t.test('what is settled is not written again', async () => {
    await quiet(writes);
    const before = writes.length;
    // Something to reconcile for, that changes nothing.
    await client.patch(inferenceServices, iris, 'merge', {
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x' } },
    });
    await client.patch(httpRoutes, iris, 'merge', { metadata: { annotations: { other: 'x' } } });
    await quiet(writes);
    assert.deepEqual(writes.slice(before), []);
  });

  await t.test('another operator finds everything as it should be', async () => {
    const before = writes.length;
    await restartOperator();
    await quiet(writes);
    assert.deepEqual(writes.slice(before), []);
  });

  await t.test('what another changes is set right', async () => {
    await client.patch(services, child, 'merge', { spec: { selector: { app: 'other' } } });
    await eventually(async () => {
      assert.equal((await client.get(services, child)).spec.selector?.['app'], 'isvc.iris-predictor');
    });
  });

  await t.test('another class of autoscaling removes the autoscaler', async () => {
    await client.patch(inferenceServices, iris, 'merge', {
      metadata: { annotations: { 'serving.kserve.io/autoscalerClass': 'none' } },
      spec: { predictor: { minReplicas: 2 } },
    });
    await eventually(() => gone(client.get(horizontalPodAutoscalers, child)));
    await eventually(async () => assert.equal((await client.get(deployments, child)).spec.replicas, 2));
  });

  await t.test('a cluster-local service loses its routes', async () => {
    await client.patch(inferenceServices, iris, 'merge', {
      metadata: { labels: { 'networking.kserve.io/visibility': 'cluster-local' } },
    });
    await eventually(() => gone(client.get(httpRoutes, iris)));
    await statusWhen(client, 'iris', ({ url }) => url === 'http://iris-predictor.default.svc.cluster.local');
  });

  await t.test('a stopped service loses all children', async () => {
    await client.patch(inferenceServices, iris, 'merge', {
      metadata: { annotations: { 'serving.kserve.io/stop': 'true' } },
    });
    await eventually(() => gone(client.get(deployments, child)));
    await eventually(() => gone(client.get(services, child)));
    await statusWhen(client, 'iris', ({ conditions }) => findCondition(conditions, 'Ready')?.reason === 'Stopped');
  });
});

test('an invalid service is refused with every error and its path', async (t) => {
  const { client } = await startTestPlatform(t);
  const invalid = serviceOf('iris', { xgboost: { storageUri: 's3://' }, minReplicas: -1 });
  await assert.rejects(client.create(inferenceServices, invalid), (error) => {
    assert.ok(isStatusError(error, 'Invalid'));
    const fields = error.details?.causes?.map(({ field }) => field);
    assert.deepEqual(fields, ['spec.predictor.minReplicas', 'spec.predictor.model.storageUri']);
    return true;
  });
});

test('a format without runtime says so, and is served once there is one', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(
    inferenceServices,
    serviceOf('iris', { model: { modelFormat: { name: 'catboost' }, storageUri: 's3://m/x' } }),
  );
  const status = await statusWhen(client, 'iris', ({ modelStatus }) => modelStatus?.transitionStatus === 'InvalidSpec');
  assert.equal(status.modelStatus?.lastFailureInfo?.reason, 'NoSupportingRuntime');
  assert.match(findCondition(status.conditions, 'Ready')?.message ?? '', /no runtime serves the format catboost/);
  await client.create(clusterServingRuntimes, {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterServingRuntime',
    metadata: { name: 'cat' },
    spec: {
      supportedModelFormats: [{ name: 'catboost', autoSelect: true }],
      containers: [{ name: 'kserve-container', image: 'me/cat:1' }],
    },
  });
  await statusWhen(client, 'iris', ({ clusterServingRuntimeName }) => clusterServingRuntimeName === 'cat');
});

test('children that the API server refuses are told of, and made once they are mended', async (t) => {
  const { client } = await startTestPlatform(t);
  // Only in a Pod are they told apart by their names.
  const initContainers = ['once', 'once'].map((name) => ({ name, image: 'warm:1' }));
  await client.create(inferenceServices, serviceOf('iris', { model, initContainers }));
  const refused = (status: InferenceServiceStatus) => findCondition(status.conditions, 'PredictorReady');
  const status = await statusWhen(client, 'iris', (s) => refused(s)?.reason === 'ReconcileFailed');
  assert.match(refused(status)?.message ?? '', /once/);
  await client.get(services, child);
  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { initContainers: null } } });
  await statusWhen(client, 'iris', (s) => refused(s)?.reason !== 'ReconcileFailed');
  await client.get(deployments, child);
});

test('two services whose names ask for the same child do not take it from each other', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model }));
  const before = await eventually(() => client.get(httpRoutes, child));
  await client.create(inferenceServices, serviceOf('iris-predictor', { model }));
  const status = await statusWhen(
    client,
    'iris-predictor',
    ({ conditions }) => findCondition(conditions, 'PredictorReady')?.reason === 'ReconcileFailed',
  );
  assert.match(
    findCondition(status.conditions, 'PredictorReady')?.message ?? '',
    /HTTPRoute iris-predictor belongs to InferenceService iris;/,
  );
  assert.deepEqual((await client.get(httpRoutes, child)).metadata.ownerReferences, before.metadata.ownerReferences);
});

test('a namespace that is going away is no failure of its services', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  await client.create(namespaces, namespace);
  const service = serviceOf('iris', { model });
  await client.create(inferenceServices, { ...service, metadata: { ...service.metadata, namespace: 'team' } });
  const at = { namespace: 'team', name: 'iris-predictor' };
  await eventually(() => client.get(deployments, at));
  await client.delete(namespaces, { name: 'team' });
  const before = writes.length;
  await client.delete(deployments, at);
  await eventually(async () => assert.ok(writes.slice(before).some((write) => write.endsWith('/iris-predictor'))));
  await client.patch(inferenceServices, { namespace: 'team', name: 'iris' }, 'merge', {
    metadata: { labels: { a: 'b' } },
  });
  await sleep(200);
  const { status } = await client.get(inferenceServices, { namespace: 'team', name: 'iris' });
  assert.notEqual(findCondition(status?.conditions, 'PredictorReady')?.reason, 'ReconcileFailed');
});

test('the configuration is followed, and a wrong one is refused', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, serviceOf('iris', { model }));
  const configMap = { namespace: 'serval-system', name: 'inferenceservice-config' };
  const setIngress = (ingress: string) => client.patch(configMaps, configMap, 'merge', { data: { ingress } });
  await setIngress('{"ingressDomain": "example.com"}');
  await statusWhen(client, 'iris', ({ url }) => url === 'http://iris-default.example.com:18080');
  await assert.rejects(setIngress('{"ingressDomain": 3}'), (error) => isStatusError(error, 'Invalid'));
  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { timeout: 7 } } });
  const status = await statusWhen(client, 'iris', () => true);
  assert.equal(status.url, 'http://iris-default.example.com:18080');
});

test('Pods of services get their initializer, with references to what the service account may read', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'default',
      name: 's3',
      annotations: { 'serving.kserve.io/s3-endpoint': 'minio:9000', 'serving.kserve.io/s3-usehttps': '0' },
    },
    stringData: { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'hunter2' },
  });
  for (const [name, names] of Object.entries({ models: ['s3'], broken: ['s3', 'missing'] })) {
    await client.create(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'default', name },
      secrets: names.map((secret) => ({ name: secret })),
    });
  }
  const pod = (name: string, labels: Record<string, string>, serviceAccountName = 'models'): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'default',
      name,
      labels,
      annotations: { 'internal.serving.kserve.io/storage-initializer-sourceuri': 's3://models/iris' },
    },
    spec: { serviceAccountName, containers: [{ name: 'kserve-container', image: 'i' }] },
  });
  const served = await client.create(pods, pod('served', { 'serving.kserve.io/inferenceservice': 'iris' }));
  const [initializer] = served.spec.initContainers ?? [];
  assert.deepEqual(initializer?.args, ['s3://models/iris', '/mnt/models']);
  assert.equal(initializer?.env?.find(({ name }) => name === 'AWS_ENDPOINT_URL')?.value, 'http://minio:9000');
  assert.equal(
    initializer?.env?.find(({ name }) => name === 'AWS_SECRET_ACCESS_KEY')?.valueFrom?.secretKeyRef?.name,
    's3',
  );
  assert.doesNotMatch(JSON.stringify(served), /hunter2/);
  await assert.rejects(
    client.create(pods, pod('broken', { 'serving.kserve.io/inferenceservice': 'iris' }, 'broken')),
    /Secret default\/missing does not exist; ServiceAccount default\/broken names it/,
  );
  const other = await client.create(pods, pod('other', {}));
  assert.equal(other.spec.initContainers, undefined, 'Pods of others are not touched');
});

/** Until nothing has been written for longer than the pace of statuses. */
async function quiet(writes: readonly string[]): Promise<void> {
  for (let seen = -1; seen !== writes.length; ) {
    seen = writes.length;
    await sleep(1200);
  }
}

async function gone(request: Promise<unknown>): Promise<void> {
  await assert.rejects(request, (error) => isStatusError(error, 'NotFound'));
}
