import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { deployments, isStatusError, leases } from '@serval/kube/objects';
import { operatorLeaseName, watchedNamespaceAccess } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { startEmptyCluster } from '../program/replicas.ts';
import { createShiftedClock } from '../program/shifted-clock.ts';
import { createService, namespaceObject, serviceIn } from './services.ts';

const child = (namespace: string) => ({ namespace, name: 'iris-predictor' });

test('two operators live side by side, each for its own namespaces', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', 'team-a', 'team-b', 'team-c'].map(namespaceObject));
  const first = await cluster.install({ namespace: 'platform-a', watchNamespaces: ['team-a'] });
  // One of its namespaces is not there yet.
  const second = await cluster.install({ namespace: 'platform-b', watchNamespaces: ['team-b', 'team-late'] });
  const clock = createShiftedClock(0);
  const replicas = [await first.startReplica('a', { clock }), await second.startReplica('b', { clock })];
  await eventually(async () => assert.ok(replicas.every(({ isLeader, parts }) => isLeader && parts?.server())));
  await eventually(() => createService(client, 'team-a'));
  await eventually(() => createService(client, 'team-b'));
  await eventually(() => client.get(deployments, child('team-a')));
  await eventually(() => client.get(deployments, child('team-b')));

  // Each is asked for its own namespaces, and nobody for the others.
  const wrong = (namespace: string) => {
    const service = serviceIn(namespace, 'wrong');
    return client.create(inferenceServices, { ...service, spec: { predictor: { minReplicas: -1 } } });
  };
  for (const namespace of ['team-a', 'team-b']) {
    await assert.rejects(wrong(namespace), (error) => isStatusError(error, 'Forbidden', 'Invalid', 'BadRequest'));
  }
  await client.create(inferenceServices, serviceIn('team-c', 'iris'));

  assert.ok(second.told.some((line) => line.includes('"namespace":"team-late"') && line.includes('is not served')));
  await cluster.apply([namespaceObject('team-late')]);
  await cluster.apply(watchedNamespaceAccess('platform-b', 'team-late'));
  await eventually(() => createService(client, 'team-late'));
  await eventually(async () => {
    await cluster.pass(clock, 2_000);
    await client.get(deployments, child('team-late'));
  });

  for (const [asked, others] of [
    [first.requests, /team-(b|c|late)|platform-b/],
    [second.requests, /team-(a|c)|platform-a/],
  ] as const) {
    assert.deepEqual(
      asked.filter(({ path }) => others.test(path)),
      [],
    );
  }
  const { status } = await client.get(inferenceServices, { namespace: 'team-c', name: 'iris' });
  assert.equal(status, undefined);
  for (const [namespace, holder] of [
    ['platform-a', 'a'],
    ['platform-b', 'b'],
  ] as const) {
    const lease = await client.get(leases, { namespace, name: operatorLeaseName });
    assert.equal(lease.spec.holderIdentity, holder);
  }
  assert.deepEqual(first.refused, []);
});
