import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  deployments,
  events,
  findCondition,
  horizontalPodAutoscalers,
  persistentVolumeClaims,
  pods,
  services,
} from '@serval/kube/objects';
import { deploymentOf, startCluster, startFakeNode, until } from './support.ts';

test('an autoscaler keeps to its bounds, says that it has no metrics, and a settled cluster is not written to', async (t) => {
  const cluster = await startCluster(t);
  const { client, reflect, writes } = cluster;
  startFakeNode(cluster);
  const [scalers, livePods, live] = [reflect(horizontalPodAutoscalers), reflect(pods), reflect(deployments)];
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await client.create(deployments, deploymentOf('web', 1));
  await client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await client.create(horizontalPodAutoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 4,
    },
  });
  await until(livePods, () => livePods.list().length === 3);
  await until(live, () => live.get('default', 'web')?.status?.availableReplicas === 3);
  const scaler = await until(scalers, () => {
    const found = scalers.get('default', 'web');
    return findCondition(found?.status?.conditions, 'ScalingActive') && found;
  });
  assert.equal(findCondition(scaler.status?.conditions, 'AbleToScale')?.status, 'True');
  assert.equal(findCondition(scaler.status?.conditions, 'ScalingActive')?.reason, 'FailedGetResourceMetric');
  assert.equal(scaler.status?.currentReplicas, 3);
  const told = (await client.list(events, { namespace: 'default' })).items;
  assert.deepEqual(
    told.filter(({ type }) => type === 'Warning').map(({ reason }) => reason),
    [],
  );

  let count = -1;
  for (let quietMs = 0; quietMs < 500; quietMs += 100) {
    if (writes.length !== count) quietMs = 0;
    count = writes.length;
    await delay(100);
  }
  // Touched without a change that matters: looked at, not written to.
  const touch = { metadata: { annotations: { touched: 'yes' } } };
  await client.patch(services, { namespace: 'default', name: 'web' }, 'merge', touch);
  await client.patch(persistentVolumeClaims, { namespace: 'default', name: 'data' }, 'merge', touch);
  await client.patch(horizontalPodAutoscalers, { namespace: 'default', name: 'web' }, 'merge', touch);
  const [pod] = livePods.list();
  await client.patch(pods, { namespace: 'default', name: pod?.metadata.name ?? '' }, 'merge', touch);
  await until(livePods, () => livePods.list().some(({ metadata }) => metadata.annotations?.['touched']));
  await delay(300);
  assert.deepEqual(writes.slice(count), []);
});
