import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deployments,
  endpointSlices,
  findCondition,
  isConditionTrue,
  replicaSets,
  type Service,
  serviceNameLabel,
  services,
} from '@serval/kube/objects';
import { deploymentOf, startCluster, startFakeNode, until } from './support.ts';

const serviceOf = (name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] },
});

test('a Deployment rolls over without taking a ready endpoint away before its successor is ready', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  startFakeNode(cluster);
  const live = cluster.reflect(deployments);
  const slices = cluster.reflect(endpointSlices);
  const complete = (image: string) =>
    until(live, () => {
      const deployment = live.get('default', 'web');
      const { status, spec, metadata } = deployment ?? {};
      return (
        status?.observedGeneration === metadata?.generation &&
        spec?.template.spec.containers[0]?.image === image &&
        status?.updatedReplicas === 2 &&
        status.replicas === 2 &&
        status.availableReplicas === 2 &&
        deployment
      );
    });
  await client.create(services, serviceOf('web'));
  await client.create(deployments, deploymentOf('web', 2));
  const first = await complete('web:1');
  assert.ok(isConditionTrue(first.status?.conditions, 'Available'));
  assert.equal(first.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');

  const readyEndpoints = () =>
    slices
      .list({ namespace: 'default', labels: { [serviceNameLabel]: 'web' } })
      .flatMap(({ endpoints, ports }) =>
        endpoints.filter(({ conditions }) => conditions?.ready && ports?.[0]?.port === 8080),
      ).length;
  await until(slices, () => readyEndpoints() === 2);
  let least = 2;
  slices.onChange(() => {
    least = Math.min(least, readyEndpoints());
  });
  const target = { namespace: 'default', name: 'web' };
  const change = (image: string) =>
    client.patch(deployments, target, 'merge', { spec: deploymentOf('web', 2, image).spec });
  await change('web:2');
  const second = await complete('web:2');
  assert.equal(second.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  await until(slices, () => readyEndpoints() === 2);
  assert.equal(least, 2);

  // Back to the first template: its ReplicaSet is used again, as the third revision.
  await change('web:1');
  const third = await complete('web:1');
  assert.equal(third.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  const { items } = await client.list(replicaSets, { namespace: 'default' });
  assert.deepEqual(items.map(({ spec }) => spec.replicas).sort(), [0, 2]);
  const renewed = items.find(({ spec }) => spec.replicas === 2);
  assert.equal(renewed?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
});

test('scaling, pausing and recreating', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  const livePods = startFakeNode(cluster);
  const live = cluster.reflect(deployments);
  const liveSets = cluster.reflect(replicaSets);
  const target = { namespace: 'default', name: 'web' };
  const change = (spec: object) => client.patch(deployments, target, 'merge', { spec });
  const available = (count: number) =>
    until(live, () => {
      const found = live.get('default', 'web');
      const { observedGeneration, availableReplicas = 0, replicas = 0 } = found?.status ?? {};
      return observedGeneration === found?.metadata.generation && availableReplicas === count && replicas === count;
    });
  await client.create(deployments, deploymentOf('web', 1));
  await available(1);
  await change({ replicas: 3 });
  await available(3);
  await change({ paused: true });
  await until(
    live,
    () => findCondition(live.get('default', 'web')?.status?.conditions, 'Progressing')?.reason === 'DeploymentPaused',
  );
  await change({ template: deploymentOf('web', 1, 'web:2').spec.template, replicas: 2 });
  await available(2);
  assert.equal(liveSets.list().length, 1);
  await change({ paused: false });
  await until(
    livePods,
    () => livePods.list().length === 2 && livePods.list().every(({ spec }) => spec.containers[0]?.image === 'web:2'),
  );
  await available(2);

  let most = 0;
  livePods.onChange(() => {
    most = Math.max(most, livePods.list().length);
  });
  await change({
    strategy: { type: 'Recreate', rollingUpdate: null },
    template: deploymentOf('web', 1, 'web:3').spec.template,
  });
  await until(
    livePods,
    () => livePods.list().length === 2 && livePods.list().every(({ spec }) => spec.containers[0]?.image === 'web:3'),
  );
  await available(2);
  assert.equal(most, 2);
  await change({ replicas: 0 });
  await available(0);
  await change({ replicas: 1 });
  await available(1);
});
