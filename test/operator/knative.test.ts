import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { customResourceDefinitions, type InferenceServiceStatus, inferenceServices } from '@serval/api';
import type { Client } from '@serval/kube/client';
import {
  deployments,
  findCondition,
  horizontalPodAutoscalers,
  httpRoutes,
  isStatusError,
  knativeServices,
  type Resource,
  services,
} from '@serval/kube/objects';
import { serviceLabel } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { answerAsKnative, knativeServiceDefinition } from './knative-definition.ts';
import { isReady, serviceOf, startTestPlatform, statusWhen } from './support.ts';

const iris = { namespace: 'default', name: 'iris' };
const predictor = { namespace: 'default', name: 'iris-predictor' };
const modeAnnotation = 'serving.kserve.io/deploymentMode';

const knativeIris = (mode = 'Serverless') => {
  const service = serviceOf('iris', { xgboost: { storageUri: 's3://m/v1' } });
  service.metadata.annotations = { [modeAnnotation]: mode };
  return service;
};
const isGone = (client: Client, resource: Resource, at: { namespace: string; name: string }) =>
  eventually(() => assert.rejects(client.get(resource, at), (error) => isStatusError(error, 'NotFound')));
const trafficOf = async (client: Client) => (await client.get(knativeServices, predictor)).spec.traffic;
const predictorOf = ({ components }: InferenceServiceStatus) => components?.['predictor'];

test('mode Knative says that Knative is missing, and how to do without', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, knativeIris());
  const status = await statusWhen(
    client,
    'iris',
    ({ conditions }) => findCondition(conditions, 'Ready')?.reason === 'KnativeNotInstalled',
  );
  assert.equal(findCondition(status.conditions, 'Ready')?.status, 'False');
  assert.match(
    findCondition(status.conditions, 'PredictorReady')?.message ?? '',
    /serving\.kserve\.io\/deploymentMode: Standard$/,
  );
  assert.equal(status.deploymentMode, undefined, 'the mode is not settled');
  for (const resource of [deployments, services, httpRoutes] as Resource[]) {
    assert.deepEqual((await client.list(resource, { namespace: 'default', labelSelector: serviceLabel })).items, []);
  }
  await client.patch(inferenceServices, iris, 'merge', { metadata: { annotations: { [modeAnnotation]: 'Standard' } } });
  await eventually(() => client.get(deployments, predictor));
  const settled = await statusWhen(client, 'iris', ({ deploymentMode }) => deploymentMode !== undefined);
  assert.equal(settled.deploymentMode, 'Standard');
});

test('where Knative is, a service is its Services, with a canary that is promoted and taken back', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  await client.create(inferenceServices, knativeIris());
  await client.create(customResourceDefinitions, knativeServiceDefinition);
  await eventually(() => client.get(knativeServices, predictor), 60_000);
  const pending = await statusWhen(
    client,
    'iris',
    ({ conditions }) => findCondition(conditions, 'PredictorReady')?.status === 'Unknown',
  );
  assert.equal(findCondition(pending.conditions, 'Ready')?.reason, 'KnativeServicePending');

  const first = 'iris-predictor-00001';
  await answerAsKnative(client, 'iris-predictor', {
    latestCreatedRevisionName: first,
    latestReadyRevisionName: first,
    traffic: [{ revisionName: first, latestRevision: true, percent: 100 }],
  });
  const ready = await statusWhen(client, 'iris', isReady);
  assert.equal(ready.deploymentMode, 'Knative');
  assert.equal(ready.url, 'http://iris-predictor.default.example.com');
  assert.equal(ready.address?.url, 'http://iris-predictor.default.svc.cluster.local');
  assert.deepEqual(ready.modelStatus?.states, { activeModelState: 'Standby', targetModelState: 'Standby' });
  assert.equal(predictorOf(ready)?.latestRolledoutRevision, first);
  for (const type of ['RoutesReady', 'LatestDeploymentReady', 'PredictorRouteReady', 'PredictorConfigurationReady']) {
    assert.equal(findCondition(ready.conditions, type)?.status, 'True', type);
  }
  for (const resource of [deployments, services, httpRoutes] as Resource[]) {
    assert.deepEqual(
      (await client.list(resource, { namespace: 'default', labelSelector: serviceLabel })).items,
      [],
      resource.kind,
    );
  }
  const before = writes.length;
  await sleep(1200);
  assert.deepEqual(writes.slice(before), [], 'what is settled is not written again');
  await assert.rejects(
    client.patch(inferenceServices, iris, 'merge', { metadata: { annotations: { [modeAnnotation]: 'Standard' } } }),
    /must stay Knative/,
  );

  const second = 'iris-predictor-00002';
  const change = { storageUri: 's3://m/v2' };
  await client.patch(inferenceServices, iris, 'merge', {
    spec: { predictor: { model: change, canaryTrafficPercent: 10 } },
  });
  const prev = { revisionName: first, latestRevision: false, tag: 'prev' };
  await eventually(async () =>
    assert.deepEqual(await trafficOf(client), [
      { latestRevision: true, percent: 10 },
      { ...prev, percent: 90 },
    ]),
  );
  await answerAsKnative(client, 'iris-predictor', {
    latestCreatedRevisionName: second,
    latestReadyRevisionName: second,
    traffic: [
      { revisionName: second, latestRevision: true, percent: 10 },
      { ...prev, percent: 90 },
    ],
  });
  const split = await statusWhen(client, 'iris', (status) => predictorOf(status)?.latestReadyRevision === second);
  assert.equal(predictorOf(split)?.latestRolledoutRevision, first);
  assert.deepEqual(
    predictorOf(split)?.traffic?.map(({ percent }) => percent),
    [10, 90],
  );

  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { canaryTrafficPercent: 100 } } });
  await eventually(async () => assert.deepEqual(await trafficOf(client), [{ latestRevision: true, percent: 100 }]));
  await answerAsKnative(client, 'iris-predictor', {
    latestCreatedRevisionName: second,
    latestReadyRevisionName: second,
    traffic: [{ revisionName: second, latestRevision: true, percent: 100 }],
  });
  const promoted = await statusWhen(
    client,
    'iris',
    (status) => predictorOf(status)?.latestRolledoutRevision === second,
  );
  assert.equal(predictorOf(promoted)?.previousRolledoutRevision, first);

  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { canaryTrafficPercent: 0 } } });
  const own = { revisionName: second, latestRevision: false, tag: 'prev', percent: 100 };
  await eventually(async () => assert.deepEqual(await trafficOf(client), [{ latestRevision: true, percent: 0 }, own]));
  await answerAsKnative(client, 'iris-predictor', {
    latestCreatedRevisionName: second,
    latestReadyRevisionName: second,
    traffic: [{ revisionName: second, latestRevision: true, percent: 0 }, own],
  });
  await eventually(async () =>
    assert.deepEqual(await trafficOf(client), [
      { latestRevision: true, percent: 0 },
      { ...prev, percent: 100 },
    ]),
  );

  await client.patch(inferenceServices, iris, 'merge', {
    metadata: { annotations: { 'serving.kserve.io/stop': 'true' } },
  });
  await isGone(client, knativeServices, predictor);
});

test('a Knative Service is not made for a model whose storage is not there', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(customResourceDefinitions, knativeServiceDefinition);
  const service = serviceOf('iris', {
    model: { modelFormat: { name: 'xgboost' }, storage: { key: 'nowhere', path: 'iris' } },
  });
  service.metadata.annotations = { [modeAnnotation]: 'Knative' };
  await client.create(inferenceServices, service);
  await statusWhen(
    client,
    'iris',
    ({ conditions }) => findCondition(conditions, 'PredictorReady')?.reason === 'StorageConfigInvalid',
  );
  assert.deepEqual((await client.list(knativeServices, { namespace: 'default' })).items, []);
});

test('a service that changes its mode leaves nothing behind, and nothing goes before the other serves', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(customResourceDefinitions, knativeServiceDefinition);
  await client.create(inferenceServices, knativeIris('Standard'));
  await eventually(() => client.get(httpRoutes, iris));
  await statusWhen(client, 'iris', ({ deploymentMode }) => deploymentMode === 'Standard');
  /** As an administrator, who alone may. */
  const settle = (deploymentMode: string) =>
    client.patch(inferenceServices, iris, 'merge', { status: { deploymentMode } }, { subresource: 'status' });

  await settle('Knative');
  await eventually(() => client.get(knativeServices, predictor), 60_000);
  const revision = 'iris-predictor-00001';
  const revisions = { latestCreatedRevisionName: revision, latestReadyRevisionName: revision };
  const conflict = { status: 'False', reason: 'NotOwned', message: 'there is a Service of the name' } as const;
  const starting = { status: 'Unknown', reason: 'Deploying' } as const;
  await answerAsKnative(
    client,
    'iris-predictor',
    {},
    { ConfigurationsReady: starting, RoutesReady: conflict, Ready: conflict },
  );
  await statusWhen(
    client,
    'iris',
    ({ conditions }) => findCondition(conditions, 'PredictorReady')?.reason === 'NotOwned',
  );
  await sleep(500);
  const former: readonly [Resource, { namespace: string; name: string }][] = [
    [services, predictor],
    [httpRoutes, predictor],
    [httpRoutes, iris],
    [horizontalPodAutoscalers, predictor],
  ];
  for (const [resource, at] of former) await client.get(resource, at);
  await answerAsKnative(client, 'iris-predictor', revisions, { RoutesReady: conflict, Ready: conflict });
  for (const [resource, at] of former) await isGone(client, resource, at);
  await client.get(deployments, predictor);
  await answerAsKnative(client, 'iris-predictor', {
    ...revisions,
    traffic: [{ revisionName: revision, latestRevision: true, percent: 100 }],
  });
  await isGone(client, deployments, predictor);
  await statusWhen(client, 'iris', isReady);

  // As Knative does for its Route.
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...predictor,
      labels: { 'serving.kserve.io/inferenceservice': 'iris' },
      ownerReferences: [
        { apiVersion: 'serving.knative.dev/v1', kind: 'Route', name: 'iris-predictor', uid: 'route', controller: true },
      ],
    },
    spec: { type: 'ExternalName', externalName: 'ingress.example.com' },
  });
  await settle('Standard');
  await eventually(() => client.get(deployments, predictor));
  await sleep(500);
  await client.get(knativeServices, predictor);
  await assert.rejects(client.get(httpRoutes, iris), (error) => isStatusError(error, 'NotFound'));
  const { metadata } = await client.get(deployments, predictor);
  const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  const status = { observedGeneration: metadata.generation ?? 1, ...counts };
  await client.patch(deployments, predictor, 'merge', { status }, { subresource: 'status' });
  await isGone(client, knativeServices, predictor);
  await sleep(500);
  assert.equal((await client.get(services, predictor)).spec.type, 'ExternalName', 'it is not ours to take');
  await client.delete(services, predictor);
  await eventually(() => client.get(httpRoutes, iris));
  const made = await client.get(services, predictor);
  assert.deepEqual(made.spec.selector, { app: 'isvc.iris-predictor' });
});

test('a service of ModelMesh is left alone, and its status to who serves it', async (t) => {
  const { client, writes } = await startTestPlatform(t);
  const service = serviceOf('iris', { sklearn: { storageUri: 's3://m/v1' } });
  service.metadata.annotations = { [modeAnnotation]: 'ModelMesh' };
  await client.create(inferenceServices, service);
  const told = await statusWhen(client, 'iris', ({ conditions }) => conditions?.length === 1);
  assert.equal(told.conditions?.[0]?.reason, 'ServedByModelMesh');
  assert.equal(told.deploymentMode, undefined);
  assert.ok((await client.get(inferenceServices, iris)).spec.predictor.sklearn, 'its controller reads this form');
  const theirs = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };
  await client.patch(inferenceServices, iris, 'merge', { status: theirs }, { subresource: 'status' });
  const before = writes.length;
  await client.patch(inferenceServices, iris, 'merge', { spec: { predictor: { minReplicas: 2 } } });
  await sleep(1000);
  assert.deepEqual(writes.slice(before), []);
  assert.equal((await client.get(inferenceServices, iris)).status?.conditions?.[0]?.status, 'True');
});
