import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { deployments } from '@serval/kube/objects';
import { type OperatorDuties, operatorClusterRoles, watchedNamespaceAccess } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import { type EmptyCluster, type Replica, startEmptyCluster } from '../program/replicas.ts';
import { createShiftedClock } from '../program/shifted-clock.ts';
import { createService, namespaceObject } from './services.ts';

const home = 'platform';
const duties = (clusterScoped: boolean): OperatorDuties => ({
  webhooks: false,
  certificates: 'self-managed',
  restricted: { clusterScoped },
});
const install = (clusterScoped = true) => ({
  namespace: home,
  webhooks: false,
  watchNamespaces: ['team-a', 'team-b'],
  clusterScoped,
});
const child = (namespace: string, name = 'iris') => ({ namespace, name: `${name}-predictor` });

/** What it may in a namespace, without some resources. */
async function giveAccess(cluster: EmptyCluster, namespace: string, without: readonly string[]): Promise<void> {
  const [role, ...others] = watchedNamespaceAccess(home, namespace);
  assert.ok(role);
  const rules = (role['rules'] as { resources: string[] }[]).filter(
    ({ resources }) => !resources.some((resource) => without.includes(resource)),
  );
  await cluster.apply([{ ...role, rules }, ...others]);
}

test('rights that go are told and missed; when they are back, it goes on', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', 'team-a', 'team-b'].map(namespaceObject));
  const installed = await cluster.install(install());
  const clock = createShiftedClock(0);
  const replica = await installed.startReplica('one', { clock });
  await createService(client, 'team-a');
  await eventually(() => client.get(deployments, child('team-a')));
  await eventually(async () => assert.equal(await page(replica, '/healthz'), 'ok'));

  await giveAccess(cluster, 'team-b', ['pods', 'deployments']);
  // Watches end after some minutes; a right is asked for when they begin anew.
  clock.advance(700_000);
  await eventually(async () => {
    clock.advance(1_000);
    const body = await page(replica, '/healthz');
    assert.match(body, /it may not list and watch pods in namespace team-b/);
    assert.match(body, /it may not list and watch deployments\.apps in namespace team-b/);
  });
  assert.equal(await status(replica, '/healthz'), 503);
  // Reviews are still answered, by what is known.
  assert.equal(await status(replica, '/readyz'), 200);
  const metrics = await (await fetch(`http://127.0.0.1:${replica.metricsPort}/metrics`)).text();
  assert.match(
    metrics,
    /serval_operator_missing_rights\{right="list and watch pods",namespace="team-b",required="true"\} 1/,
  );
  const told = installed.told.filter((line) => line.includes('a right is missing') && line.includes('watch pods"'));
  assert.equal(told.length, 1);
  // The other namespace is served meanwhile.
  await createService(client, 'team-a', 'second');
  await eventually(async () => {
    clock.advance(1_000);
    await client.get(deployments, child('team-a', 'second'));
  });

  await giveAccess(cluster, 'team-b', []);
  await createService(client, 'team-b');
  await eventually(async () => {
    clock.advance(5_000);
    await client.get(deployments, child('team-b'));
    assert.equal(await status(replica, '/healthz'), 200);
  });
});

test('without a right that it needs it is not ready, and says which', async (t) => {
  const cluster = await startEmptyCluster(t);
  await cluster.apply(['default', 'team-a', 'team-b'].map(namespaceObject));
  const installed = await cluster.install(install());
  await giveAccess(cluster, 'team-b', ['servingruntimes', 'inferenceservices']);
  const clock = createShiftedClock(0);
  const replica = await installed.startReplica('one', { clock });
  await eventually(async () => {
    assert.match(
      await page(replica, '/readyz'),
      /it may not list and watch servingruntimes\.serving\.kserve\.io in namespace team-b/,
    );
  });
  assert.equal(await status(replica, '/readyz'), 503);
  await giveAccess(cluster, 'team-b', []);
  await eventually(async () => {
    clock.advance(5_000);
    assert.equal(await status(replica, '/readyz'), 200);
  });
});

test('without an optional right it works, and tells the consequence once', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', 'team-a', 'team-b'].map(namespaceObject));
  const installed = await cluster.install(install());
  const [role] = operatorClusterRoles(duties(true), home);
  assert.ok(role);
  await cluster.apply([{ ...role, rules: [] } as never]);
  const clock = createShiftedClock(0);
  const replica = await installed.startReplica('one', { clock });
  await createService(client, 'team-a');
  await eventually(() => client.get(deployments, child('team-a')));
  await eventually(async () => assert.equal(await page(replica, '/healthz'), 'ok'));
  assert.match(
    await page(replica, '/healthz?verbose'),
    /optional-rights failed: .*only runtimes of the same namespace serve/,
  );
  for (let step = 0; step < 10; step++) clock.advance(30_000);
  const about = (text: string) => installed.told.filter((line) => line.includes(text)).length;
  assert.equal(about('only runtimes of the same namespace serve'), 1);
  assert.equal(about('the gateway is taken to support Core features only'), 1);
});

test('with rights in namespaces only, it asks for nothing else and serves', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', 'team-a', 'team-b'].map(namespaceObject));
  const installed = await cluster.install(install(false));
  await installed.startReplica('one');
  for (const namespace of ['team-a', 'team-b']) {
    await createService(client, namespace);
    await eventually(() => client.get(deployments, child(namespace)));
    await eventually(async () => {
      const service = await client.get(inferenceServices, { namespace, name: 'iris' });
      assert.ok(service.status?.conditions?.length);
    });
  }
  assert.deepEqual(installed.refused, []);
  const beyond = installed.requests.filter(({ path }) => !/\/namespaces\/(platform|team-a|team-b)(\/|$)/.test(path));
  assert.deepEqual(beyond, []);
});

async function page(replica: Replica, path: string): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${replica.healthPort}${path}`)).text();
}

async function status(replica: Replica, path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${replica.healthPort}${path}`)).status;
}
