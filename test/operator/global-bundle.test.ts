import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomResourceDefinition, customResourceDefinitions, inferenceServices } from '@serval/api';
import { createAuthority } from '@serval/kube/certificates';
import type { Client } from '@serval/kube/client';
import {
  type ConfigMap,
  configMaps,
  defineResource,
  events,
  isStatusError,
  type KubeObject,
  namespaces,
  pods,
} from '@serval/kube/objects';
import { configInForceName, defaultNamespace, serviceLabel } from '@serval/operator/declarations';
import { underTest } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform, type TestPlatform } from './support.ts';

const place = { namespace: defaultNamespace, name: 'company-ca' };
const copyOf = (client: Client, namespace: string) => client.get(configMaps, { namespace, name: 'global-ca-bundle' });
const contentOf = ({ data }: ConfigMap) => data?.['cabundle.crt'];
const authority = async (name: string) => (await createAuthority(name, Date.now())).certificate;
const isGone = async (request: Promise<unknown>) =>
  await assert.rejects(request, (error) => isStatusError(error, 'NotFound'));

/** A platform with a bundle, and namespaces `a` and `b`. */
async function startWithBundle(t: TestContext, pem: string): Promise<TestPlatform> {
  const platform = await startTestPlatform(t);
  const { client } = platform;
  for (const name of ['a', 'b']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await setBundle(client, pem);
  await configure(client, { caBundleConfigMapName: place.name });
  return platform;
}

async function setBundle(client: Client, pem: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: place, data: { 'cabundle.crt': pem } };
  await client.apply(configMaps, object, { force: true });
}

async function configure(client: Client, storageInitializer: object): Promise<void> {
  const target = { namespace: defaultNamespace, name: 'inferenceservice-config' };
  await client.patch(configMaps, target, 'merge', { data: { storageInitializer: JSON.stringify(storageInitializer) } });
}

async function serve(client: Client, namespace: string, name: string): Promise<void> {
  const service = serviceOf(name, { xgboost: { storageUri: 's3://models/iris' } });
  await client.create(inferenceServices, { ...service, metadata: { namespace, name } });
}

test('a bundle reaches a namespace while a Pod looks there whether a model can be read', async (t) => {
  const pem = await authority('one');
  const { client } = await startWithBundle(t, pem);
  const looking = { namespace: 'b', name: 'looking' };
  await client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...looking, labels: { [serviceLabel]: 'looking', 'platform.serval.dev/read-check': 'u' } },
    spec: { containers: [{ name: 'kserve-container', image: 'x' }] },
  });
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'b')), pem));
  await client.delete(pods, looking, { gracePeriodSeconds: 0 });
  await eventually(() => isGone(copyOf(client, 'b')));
});

test('a bundle reaches a namespace with its first service, follows its source in one write, and goes with the last', async (t) => {
  const [one, two] = [await authority('one'), await authority('two')];
  const { client, writes, restartOperator } = await startWithBundle(t, one);
  await Promise.all(['x', 'y', 'z'].map((name) => serve(client, 'a', name)));
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'a')), one));
  await isGone(copyOf(client, 'b'));
  const copies = () => writes.filter((write) => write.includes('configmaps') && !write.includes(defaultNamespace));
  assert.deepEqual(copies(), ['POST /api/v1/namespaces/a/configmaps']);

  writes.length = 0;
  await setBundle(client, two);
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'a')), two));
  // A further service of the namespace, once it is served as far as it can be, has written nothing of the bundle's.
  await serve(client, 'b', 'w');
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'b')), two));
  await restartOperator();
  assert.deepEqual(copies(), [
    'PATCH /api/v1/namespaces/a/configmaps/global-ca-bundle',
    'POST /api/v1/namespaces/b/configmaps',
  ]);

  for (const name of ['x', 'y']) await client.delete(inferenceServices, { namespace: 'a', name });
  assert.equal(contentOf(await copyOf(client, 'a')), two);
  await client.delete(inferenceServices, { namespace: 'a', name: 'z' });
  await eventually(() => isGone(copyOf(client, 'a')));
  assert.equal(contentOf(await copyOf(client, 'b')), two);
  await configure(client, {});
  await eventually(() => isGone(copyOf(client, 'b')));
});

test('a broken bundle changes nothing and is told without its text, also to an operator that starts later', async (t) => {
  const good = await authority('good');
  const { client, writes, restartOperator } = await startWithBundle(t, good);
  await serve(client, 'a', 'x');
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'a')), good));
  const { key } = await createAuthority('leaked', Date.now());
  await assert.rejects(setBundle(client, key), (error) => isStatusError(error, 'Invalid'));
  // Nobody checks it before, as where the operator was not there.
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/serval';
  await client.request({ method: 'DELETE', path });
  for (const broken of [good.slice(0, 200), key, 'SENTINEL']) {
    await setBundle(client, broken);
    await eventually(async () => {
      const { items } = await client.list(events, { namespace: defaultNamespace });
      assert.ok(items.some(({ reason }) => reason === 'GlobalBundleInvalid'));
    });
  }
  await restartOperator();
  await serve(client, 'b', 'y');
  await eventually(async () => {
    await client.get(inferenceServices, { namespace: 'b', name: 'y' });
    assert.ok(writes.some((write) => write.includes('/namespaces/b/')));
  });
  assert.equal(contentOf(await copyOf(client, 'a')), good);
  const told = JSON.stringify(await client.list(events, {}));
  for (const secret of ['SENTINEL', key.split('\n')[2] ?? '', good.split('\n')[2] ?? ''])
    assert.ok(!told.includes(secret));
  await setBundle(client, good);
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'b')), good));
});

test('a configuration that cannot be read takes no copy away', async (t) => {
  const pem = await authority('one');
  const { client, restartOperator } = await startWithBundle(t, pem);
  await serve(client, 'a', 'x');
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'a')), pem));
  const target = { namespace: defaultNamespace, name: 'inferenceservice-config' };
  await eventually(async () => {
    const { data } = await client.get(configMaps, { namespace: defaultNamespace, name: configInForceName });
    assert.match(data?.['storageInitializer'] ?? '', /company-ca/);
  });
  // Nobody checks it before, as where the operator was not there.
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/serval';
  await client.request({ method: 'DELETE', path });
  await client.patch(configMaps, target, 'merge', { data: { storageInitializer: 'no JSON' } });
  await restartOperator();
  await serve(client, 'b', 'y');
  await statusWhenIn(client, 'b', 'y');
  assert.equal(contentOf(await copyOf(client, 'a')), pem);
  await eventually(async () => assert.equal(contentOf(await copyOf(client, 'b')), pem));
});

test('a ConfigMap of somebody else is left alone, and told', async (t) => {
  const { client } = await startWithBundle(t, await authority('one'));
  const other = await authority('other');
  const metadata = { namespace: 'a', name: 'global-ca-bundle' };
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cabundle.crt': other } });
  await serve(client, 'a', 'x');
  await eventually(async () => {
    const { items } = await client.list(events, { namespace: 'a' });
    assert.ok(items.some(({ reason }) => reason === 'GlobalBundleTaken'));
  });
  assert.equal(contentOf(await copyOf(client, 'a')), other);
  await client.delete(inferenceServices, { namespace: 'a', name: 'x' });
  await serve(client, 'b', 'y');
  await eventually(() => copyOf(client, 'b'));
  assert.equal(contentOf(await copyOf(client, 'a')), other);
});

async function statusWhenIn(client: Client, namespace: string, name: string): Promise<void> {
  await eventually(async () => {
    const { status } = await client.get(inferenceServices, { namespace, name });
    assert.ok(status?.conditions?.length);
  });
}

test('many namespaces at rest write nothing, and one rotation writes once for each that is in use', async (t) => {
  const { client, writes } = await startWithBundle(t, await authority('one'));
  const used = Array.from({ length: 6 }, (_, index) => `used-${index}`);
  for (const name of used) await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await Promise.all(used.flatMap((namespace) => ['x', 'y', 'z'].map((name) => serve(client, namespace, name))));
  for (const namespace of used) await eventually(() => copyOf(client, namespace));
  await quiet(writes);
  const before = writes.length;
  await quiet(writes);
  assert.deepEqual(writes.slice(before), []);
  const two = await authority('two');
  await setBundle(client, two);
  for (const namespace of used) {
    await eventually(async () => assert.equal(contentOf(await copyOf(client, namespace)), two));
  }
  await quiet(writes);
  assert.deepEqual(
    writes.slice(before).sort(),
    used.map((namespace) => `PATCH /api/v1/namespaces/${namespace}/configmaps/global-ca-bundle`),
  );
});

// An API server elsewhere keeps the group to itself.
const ownKinds = { skip: underTest ? 'needs the embedded engine, which takes any definition' : false };

test('where the cluster serves the bundle itself no copy is made, and those that are there go', ownKinds, async (t) => {
  const pem = await authority('one');
  const { client } = await startWithBundle(t, pem);
  await serve(client, 'a', 'x');
  await eventually(() => copyOf(client, 'a'));
  await client.create(customResourceDefinitions, clusterTrustBundleDefinition());
  const trust = defineResource<KubeObject & { spec: object }>({
    group: 'certificates.k8s.io',
    version: 'v1beta1',
    plural: 'clustertrustbundles',
    kind: 'ClusterTrustBundle',
    namespaced: false,
  });
  await eventually(() =>
    client.create(trust, {
      apiVersion: 'certificates.k8s.io/v1beta1',
      kind: 'ClusterTrustBundle',
      metadata: { name: 'corporate' },
      spec: { trustBundle: pem },
    }),
  );
  await configure(client, { caBundleConfigMapName: place.name, clusterTrustBundle: { name: 'corporate' } });
  await eventually(() => isGone(copyOf(client, 'a')));
});

/** The engine has no such kind of its own; it stands for a cluster that does. */
function clusterTrustBundleDefinition(): CustomResourceDefinition {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'clustertrustbundles.certificates.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group: 'certificates.k8s.io',
      scope: 'Cluster',
      names: { plural: 'clustertrustbundles', singular: 'clustertrustbundle', kind: 'ClusterTrustBundle' },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  } as unknown as CustomResourceDefinition;
}

/** Resolves once nothing was written for longer than statuses are held back. */
async function quiet(writes: readonly string[]): Promise<void> {
  for (let seen = -1; seen !== writes.length; ) {
    seen = writes.length;
    await sleep(1_500);
  }
}
