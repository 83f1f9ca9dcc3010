import assert from 'node:assert/strict';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { type Client, loadKubeConfig, writeKubeConfig } from '@serval/kube/client';
import {
  defineResource,
  deployments,
  isStatusError,
  type KubeObject,
  namespaces,
  serviceAccounts,
} from '@serval/kube/objects';
import { crdsFor } from '@serval/operator/declarations';
import { eventually } from '../support/eventually.ts';
import { type Outcome, serval, temporaryDirectory } from '../support/serval.ts';
import { definitions, startCluster, validatingWebhooks } from './support.ts';

const access = (plural: string, kind: string, namespaced: boolean) =>
  defineResource<KubeObject>({ group: 'rbac.authorization.k8s.io', version: 'v1', plural, kind, namespaced });
const clusterRoles = access('clusterroles', 'ClusterRole', false);
const roles = access('roles', 'Role', true);
const roleBindings = access('rolebindings', 'RoleBinding', true);
const child = { namespace: 'team-a', name: 'iris-predictor' };
const served = { namespace: 'team-a', name: 'serval-operator-served' };

test('from the cluster to some namespaces and back; models go on as they are', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  const serval = await cli(t, cluster.kubeconfig);
  for (const name of ['team-a', 'team-b']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await succeeds(serval('install'));
  await client.create(inferenceServices, service('team-a', 'iris'));
  const before = await eventually(() => client.get(deployments, child));

  const restricted = await succeeds(serval('install', '--watch-namespaces', 'team-a,team-b,team-late'));
  assert.match(restricted.stdout, /is installed in namespace serval-system, for team-a, team-b, team-late\n$/);
  assert.match(restricted.stderr, /namespace team-late does not exist: run the same command again once it does/);
  assert.match(restricted.stderr, /clusterrole\.rbac\.authorization\.k8s\.io\/serval-operator deleted/);
  assert.equal(await isThere(client.get(clusterRoles, { name: 'serval-operator' })), false);
  assert.equal(await isThere(client.get(validatingWebhooks, { name: 'serval' })), false);
  assert.ok(await isThere(client.get(clusterRoles, { name: 'serval-operator.serval-system' })));
  await client.get(roleBindings, served);
  const { webhooks = [] } = await client.get(validatingWebhooks, { name: 'serval.serval-system' });
  const selected = new Map(webhooks.map(({ name, namespaceSelector }) => [name, JSON.stringify(namespaceSelector)]));
  const only = (...values: string[]) =>
    JSON.stringify({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] });
  // The configuration is in the operator's own namespace.
  assert.equal(selected.get('configuration.serval-webhook.validator'), only('serval-system'));
  selected.delete('configuration.serval-webhook.validator');
  assert.deepEqual([...new Set(selected.values())], [only('team-a', 'team-b', 'team-late')]);
  // It works: checked in a namespace of the list, and not outside of it.
  await assert.rejects(client.create(inferenceServices, service('team-b', 'bad_name')), /metadata\.name/);
  const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };
  await client.create(inferenceServices, { ...service('default', 'stranger'), spec: { predictor: { model } } });
  await client.create(inferenceServices, service('team-b', 'iris'));
  await eventually(() => client.get(deployments, { ...child, namespace: 'team-b' }));
  for (const [args, why] of [
    [['--watch-namespaces', 'team-b'], /the operator in namespace serval-system serves team-b/],
    [[], /the operator in namespace serval-system serves team-a, team-b, team-late/],
  ] as const) {
    const beside = await serval('install', '--namespace', 'other', ...args);
    assert.equal(beside.code, 1);
    assert.match(beside.stderr, why);
  }

  const back = await succeeds(serval('install'));
  assert.match(
    back.stderr,
    /validatingwebhookconfiguration\.admissionregistration\.k8s\.io\/serval\.serval-system deleted/,
  );
  assert.equal(await isThere(client.get(clusterRoles, { name: 'serval-operator.serval-system' })), false);
  await eventually(() => client.get(deployments, { namespace: 'default', name: 'stranger-predictor' }));
  await same(client, before);

  await client.get(deployments, child);
  assert.equal(await isThere(client.get(roleBindings, served)), false);
  await succeeds(serval('install', '--watch-namespaces', 'team-a'));
  await succeeds(serval('uninstall', '--watch-namespaces', 'team-a'));
  assert.equal(await isThere(client.get(roleBindings, served)), false);
  assert.equal(await isThere(client.get(clusterRoles, { name: 'serval-operator.serval-system' })), false);
  await same(client, before);
});

test('who has rights in some namespaces only installs an operator for them', async (t) => {
  const cluster = await startCluster(t);
  const { client } = cluster;
  for (const name of ['team-a', 'team-b']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  // The administrator's part.
  for (const definition of crdsFor()) await client.apply(definitions, definition as never, { force: true });
  const admin = await cli(t, cluster.kubeconfig);
  const kubeconfig = await ownerOf(t, client, cluster.kubeconfig, ['serval-system', 'team-a', 'team-b']);
  const owner = await cli(t, kubeconfig);
  assert.equal((await owner('install')).code, 1, 'the whole cluster is not theirs');

  const installed = await succeeds(
    owner('install', '--watch-namespaces', 'team-a,team-b', '--cluster-scoped', 'off', '--webhooks', 'off'),
  );
  assert.match(installed.stderr, /was not looked at: it takes rights over the cluster/);
  assert.match(installed.stderr, /are the administrator's/);
  const runtime = await succeeds(admin('get', 'clusterservingruntimes'));
  assert.doesNotMatch(runtime.stdout, /serval-model-server/);
  await client.create(inferenceServices, {
    ...service('team-a', 'iris'),
    spec: { predictor: { containers: [{ name: 'kserve-container', image: 'i' }] } },
  } as InferenceService);
  await eventually(() => client.get(deployments, child));
});

test('what cannot be is refused before anything is asked', async (t) => {
  const serval = await cli(t, '/nowhere');
  for (const [args, why] of [
    [['--watch-namespaces', 'Team'], /"Team" is no name of a namespace/],
    [['--cluster-scoped', 'off'], /--cluster-scoped off needs --watch-namespaces/],
    [['--watch-namespaces', 'a', '--cluster-scoped', 'off'], /nobody could announce a self-managed certificate/],
  ] as const) {
    const { code, stderr } = await serval('install', ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, why);
  }
  const printed = await succeeds(
    serval('install', '--watch-namespaces', 'a', '--cluster-scoped', 'off', '--webhooks', 'off', '--print'),
  );
  const kinds = new Set([...printed.stdout.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind));
  for (const kind of ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'Namespace']) {
    assert.ok(!kinds.has(kind), kind);
  }
  assert.ok(kinds.has('Deployment') && kinds.has('Role'));
});

/** The same object, which nobody rolled out. */
async function same(client: Client, before: KubeObject): Promise<void> {
  const now = await client.get(deployments, child);
  assert.equal(now.metadata.uid, before.metadata.uid);
  assert.equal(now.metadata.generation, before.metadata.generation);
}

async function cli(t: TestContext, kubeconfig: string): Promise<(...args: string[]) => Promise<Outcome>> {
  const dataDir = await temporaryDirectory(t);
  return (...args) => serval([...args, '--kubeconfig', kubeconfig], { dataDir });
}

/** A kubeconfig of an account that may do everything in some namespaces, and nothing elsewhere. */
async function ownerOf(t: TestContext, client: Client, file: string, within: readonly string[]): Promise<string> {
  const [home = ''] = within;
  const account = { namespace: home, name: 'owner' };
  await client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account } });
  const apiGroup = 'rbac.authorization.k8s.io';
  for (const namespace of within) {
    const metadata = { namespace, name: 'owner' };
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    await client.create(roles, { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules } as KubeObject);
    await client.create(roleBindings, {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name: 'owner' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    } as KubeObject);
  }
  const answer = await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${home}/serviceaccounts/owner/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
  });
  const { status } = (await json(answer.body)) as { status: { token: string } };
  const { server, caData = '' } = await loadKubeConfig(file);
  const kubeconfig = join(await temporaryDirectory(t), 'owner');
  await writeKubeConfig(kubeconfig, { name: 'owner', server, caData, token: status.token });
  return kubeconfig;
}

async function succeeds(asked: Promise<Outcome>): Promise<Outcome> {
  const outcome = await asked;
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}

function service(namespace: string, name: string): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { namespace, name },
    spec: { predictor: { xgboost: { storageUri: 's3://models/iris' } } },
  } as InferenceService;
}

async function isThere(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    (error: unknown) => {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    },
  );
}
