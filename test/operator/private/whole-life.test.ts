import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { type Client, createClient, createSocketTransport } from '@serval/kube/client';
import { configMaps, deployments, isStatusError, leases, secrets } from '@serval/kube/objects';
import {
  operatorClusterRules,
  operatorLeaseName,
  operatorNamespacedRules,
  watchedNamespaceRules,
} from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import {
  createLife,
  dayMs,
  growOld,
  growUp,
  installRest,
  renewCertificate,
  tellTwiceOfBundle,
} from '../program/life.ts';
import { type EmptyCluster, type Replica, startEmptyCluster } from '../program/replicas.ts';
import { compareWithRules } from '../program/rules.ts';
import { createShiftedClock } from '../program/shifted-clock.ts';

const home = 'team-platform';
const watched = ['team-a', 'team-b'];
const namespaceObject = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** Allowed without being asked for, and why. */
const explained = [
  // An API server asks for it on the operator's behalf, when a child with blockOwnerDeletion is written.
  /^team-.: update inferenceservices\/finalizers\.serving\.kserve\.io$/,
  // Where the configuration names one.
  /^cluster: (get|list) clustertrustbundles\.certificates\.k8s\.io$/,
];

test('an operator for two namespaces lives a whole life in each, and leaves the third alone', async (t) => {
  const cluster = await startEmptyCluster(t);
  const { client } = cluster;
  await cluster.apply(['default', ...watched, 'team-c'].map(namespaceObject));
  const installed = await cluster.install({ namespace: home, watchNamespaces: watched });
  const clock = createShiftedClock(-80 * dayMs);
  const lives = watched.map((namespace) => createLife(cluster, { home, namespace, clock }));
  const [first] = lives;
  assert.ok(first);
  await installRest(first);
  await strangers(cluster);
  const one = await installed.startReplica('one', { clock });
  await eventually(async () => assert.ok(one.isLeader && one.parts?.server()));
  const two = await installed.startReplica('two', { clock });

  for (const life of lives) await growUp(life);
  await tellTwiceOfBundle(first);
  await renewCertificate(first);
  await one.stop();
  await eventually(async () => {
    await cluster.pass(clock, 2_000);
    assert.ok(two.isLeader);
  });
  for (const life of lives) await growOld(life);
  await leftAlone(client);
  assert.match(await page(two, '/readyz?verbose'), /\[\+\]rights ok/);
  await two.stop();
  assert.equal((await client.get(leases, { namespace: home, name: operatorLeaseName })).spec.holderIdentity, '');

  assert.deepEqual(installed.refused, []);
  assert.deepEqual(
    installed.requests.filter(({ path }) => path.includes('/team-c')),
    [],
  );
  const duties = { webhooks: true, certificates: 'self-managed', restricted: { clusterScoped: true } } as const;
  const { refused, unused } = compareWithRules(installed.requests, {
    cluster: operatorClusterRules(duties, home),
    roles: {
      [home]: operatorNamespacedRules(duties),
      ...Object.fromEntries(watched.map((name) => [name, watchedNamespaceRules(name)])),
    },
  });
  assert.deepEqual(refused, []);
  assert.deepEqual(
    unused.filter((rule) => !explained.some((known) => known.test(rule))),
    [],
  );
  await seesNoOtherSecrets(cluster, installed.token);
});

/** A service in a namespace that is not served, and a Secret there. */
async function strangers({ client }: EmptyCluster): Promise<void> {
  const metadata = { namespace: 'team-c', name: 'iris' };
  await client.create(inferenceServices, {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata,
    spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } },
  } as InferenceService);
  const data = { key: Buffer.from('sentinel').toString('base64') };
  for (const name of ['storage-config', 'iris']) {
    await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'team-c', name }, data });
  }
}

async function leftAlone(client: Client): Promise<void> {
  const { status, metadata } = await client.get(inferenceServices, { namespace: 'team-c', name: 'iris' });
  assert.equal(status, undefined);
  // Nobody defaulted it either.
  assert.equal(metadata.generation, 1);
  assert.deepEqual((await client.list(deployments, { namespace: 'team-c' })).items, []);
  const { items } = await client.list(configMaps, { namespace: 'team-c' });
  assert.ok(!items.some(({ metadata: { name } }) => name === 'global-ca-bundle'));
}

/** What its token is worth, by the API server's own word and by trying. */
async function seesNoOtherSecrets({ kubeconfig }: EmptyCluster, token: string): Promise<void> {
  const { server, caData } = kubeconfig;
  const transport = createSocketTransport({ server, caData, token });
  const client = createClient({ transport, fieldManager: 'test' });
  try {
    const can = async (namespace: string, verb: string, name?: string) => {
      const resourceAttributes = { namespace, verb, resource: 'secrets', ...(name ? { name } : {}) };
      return await canI(client, resourceAttributes);
    };
    assert.equal(await can('team-a', 'get', 'iris'), true);
    assert.equal(await can('team-a', 'list'), false);
    assert.equal(await can('', 'list'), false);
    for (const verb of ['get', 'list', 'watch', 'patch', 'delete', 'create']) {
      assert.equal(await can('team-c', verb, 'iris'), false, verb);
      assert.equal(await can('team-c', verb, 'storage-config'), false, verb);
    }
    await assert.rejects(client.get(secrets, { namespace: 'team-c', name: 'iris' }), (error) =>
      isStatusError(error, 'Forbidden'),
    );
  } finally {
    await transport.close();
  }
}

async function canI(client: Client, resourceAttributes: object): Promise<boolean> {
  const response = await client.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).status.allowed;
}

async function page(replica: Replica, path: string): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${replica.healthPort}${path}`)).text();
}
