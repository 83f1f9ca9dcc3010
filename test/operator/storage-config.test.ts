import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  clusterStorageContainers,
  type InferenceService,
  type InferenceServiceStatus,
  inferenceServices,
} from '@serval/api';
import { createAuthority, createServerCertificate } from '@serval/kube/certificates';
import type { Client } from '@serval/kube/client';
import {
  configMaps,
  deployments,
  events,
  findCondition,
  pods,
  replicaSets,
  secrets,
  serviceAccounts,
} from '@serval/kube/objects';
import { KEYS, startS3 } from '../../packages/storage/src/test-support/s3-server.ts';
import { eventually } from '../support/eventually.ts';
import { isReady, serviceOf, startRunningPlatform, startTestPlatform, statusWhen } from './support.ts';

const model = join(import.meta.dirname, '../../examples/iris/model/model.ubj');
const storageConfig = { namespace: 'default', name: 'storage-config' };

const stored = (name: string, storage: object): InferenceService =>
  serviceOf(name, { model: { modelFormat: { name: 'xgboost' }, storage } });

function entry(endpoint: string, more: object = {}): string {
  return JSON.stringify({
    type: 's3',
    endpoint_url: endpoint,
    access_key_id: KEYS.accessKeyId,
    secret_access_key: KEYS.secretAccessKey,
    region: 'us-east-1',
    bucket: 'models',
    ...more,
  });
}

async function writeStorageConfig(client: Client, stringData: Record<string, string>): Promise<void> {
  const data = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const metadata = { ...storageConfig };
  await client.apply(
    secrets,
    { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(data) },
    { force: true },
  );
}

const refusal = ({ conditions }: InferenceServiceStatus) => {
  const condition = findCondition(conditions, 'PredictorReady');
  return condition?.reason === 'StorageConfigInvalid' ? condition.message : undefined;
};

/** Everything that others than readers of Secrets can see. */
async function assertNothingTold(client: Client): Promise<void> {
  const seen = JSON.stringify(
    await Promise.all(
      [inferenceServices, deployments, replicaSets, pods, events].map(
        async (resource) => (await client.list(resource as typeof pods, { namespace: 'default' })).items,
      ),
    ),
  );
  for (const secret of Object.values(KEYS)) assert.ok(!seen.includes(secret), 'a value of a Secret is told');
}

async function startStore(t: TestContext) {
  return await startS3(t, { 'models/iris/model.ubj': await readFile(model) }, { keys: KEYS });
}

test('a service fetches its model by an entry of the storage Secret', async (t) => {
  const { client } = await startRunningPlatform(t);
  const store = await startStore(t);
  await writeStorageConfig(client, { local: entry(store.url) });
  await client.create(inferenceServices, stored('iris', { key: 'local', path: 'iris' }));
  await statusWhen(client, 'iris', isReady);
  const [pod] = (await client.list(pods, { namespace: 'default' })).items;
  const initializer = pod?.spec.initContainers?.find(({ name }) => name === 'storage-initializer');
  assert.deepEqual(initializer?.args, ['s3://models/iris', '/mnt/models']);
  assert.deepEqual(initializer?.env?.find(({ name }) => name === 'STORAGE_CONFIG')?.valueFrom, {
    secretKeyRef: { name: 'storage-config', key: 'local' },
  });
  await assertNothingTold(client);
});

test('over TLS, certificates of a ConfigMap are trusted by the initializer, and mounted for the server', async (t) => {
  const { client } = await startRunningPlatform(t);
  const authority = await createAuthority('models', Date.now());
  const served = await createServerCertificate(authority, 'store', ['127.0.0.1'], Date.now());
  const tls = { key: served.key, cert: served.certificate };
  const store = await startS3(t, { 'models/iris/model.ubj': await readFile(model) }, { keys: KEYS, tls });
  await writeStorageConfig(client, { local: entry(store.url, { cabundle_configmap: 'ca' }) });
  await client.create(inferenceServices, stored('iris', { key: 'local', path: 'iris' }));
  const missing = await statusWhen(client, 'iris', (status) => refusal(status) !== undefined);
  assert.equal(
    refusal(missing),
    'ConfigMap default/ca does not exist; Secret default/storage-config, key "local", field cabundle_configmap names it',
  );
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name: 'ca' },
    data: { 'cabundle.crt': authority.certificate },
  });
  await statusWhen(client, 'iris', isReady);
  const [pod] = (await client.list(pods, { namespace: 'default' })).items;
  assert.ok(pod?.spec.volumes?.some(({ name }) => name === 'serval-ca-bundle'));
  const server = pod?.spec.containers.find(({ name }) => name === 'kserve-container');
  assert.ok(server?.volumeMounts?.some(({ mountPath }) => mountPath === '/etc/serval/ca'));
  await assertNothingTold(client);
});

test("the platform's bundle is enough, and an annotation of a service account's Secret is, too", async (t) => {
  const { client } = await startRunningPlatform(t);
  const [shared, own] = [await createAuthority('shared', Date.now()), await createAuthority('own', Date.now())];
  const data = { 'models/iris/model.ubj': await readFile(model) };
  const [first, second] = await Promise.all(
    [shared, own].map(async (authority) => {
      const served = await createServerCertificate(authority, 'store', ['127.0.0.1'], Date.now());
      return await startS3(t, data, { keys: KEYS, tls: { key: served.key, cert: served.certificate } });
    }),
  );
  const bundle = (namespace: string, name: string, certificate: string) =>
    client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      data: { 'cabundle.crt': certificate },
    });
  await bundle('serval-system', 'platform-ca', shared.certificate);
  await bundle('default', 'own-ca', own.certificate);
  await client.patch(configMaps, { namespace: 'serval-system', name: 'inferenceservice-config' }, 'merge', {
    data: { storageInitializer: '{"caBundleConfigMapName": "platform-ca"}' },
  });
  await writeStorageConfig(client, { local: entry(first?.url ?? '') });
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'default',
      name: 'store',
      annotations: {
        'serving.kserve.io/s3-endpoint': second?.url ?? '',
        'serving.kserve.io/s3-cabundle-configmap': 'own-ca',
      },
    },
    stringData: { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
  });
  await client.create(serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'default', name: 'models' },
    secrets: [{ name: 'store' }],
  });
  await client.create(inferenceServices, stored('iris', { key: 'local', path: 'iris' }));
  await client.create(
    inferenceServices,
    serviceOf('other', { serviceAccountName: 'models', xgboost: { storageUri: 's3://models/iris' } }),
  );
  await statusWhen(client, 'iris', isReady);
  await statusWhen(client, 'other', isReady);
  await assertNothingTold(client);
});

test('several sources are fetched into their folders by one initializer', async (t) => {
  const { client } = await startTestPlatform(t);
  const storageUris = [
    { uri: 's3://models/iris', mountPath: '/mnt/models/base' },
    { uri: 'hf://team/adapter', mountPath: '/mnt/models/adapter' },
  ];
  await client.create(
    inferenceServices,
    serviceOf('iris', { model: { modelFormat: { name: 'xgboost' } }, storageUris }),
  );
  await statusWhen(client, 'iris', ({ conditions }) => findCondition(conditions, 'PredictorReady') !== undefined);
  const { spec } = await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
  const metadata = { ...spec.template.metadata, namespace: 'default', name: 'iris-x' };
  const pod = await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: spec.template.spec });
  assert.deepEqual(
    pod.spec.initContainers?.[0]?.args,
    storageUris.flatMap(({ uri, mountPath }) => [uri, mountPath]),
  );
});

test('a storage container of the cluster fetches what the entry names', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(clusterStorageContainers, {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterStorageContainer',
    metadata: { name: 'mine' },
    spec: { container: { name: 'mine', image: 'me/fetcher:1' }, supportedUriFormats: [{ regex: '^s3://models/' }] },
  });
  await writeStorageConfig(client, { local: entry('http://store') });
  await client.create(inferenceServices, stored('iris', { key: 'local', path: 'iris' }));
  const deployment = await eventually(() => client.get(deployments, { namespace: 'default', name: 'iris-predictor' }));
  const { metadata, spec } = deployment.spec.template;
  const pod = await eventually(async () => {
    const name = `iris-${Math.random().toString(36).slice(2)}`;
    const made = await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, namespace: 'default', name },
      spec,
    });
    assert.equal(made.spec.initContainers?.[0]?.image, 'me/fetcher:1');
    return made;
  });
  assert.deepEqual(pod.spec.initContainers?.[0]?.args, ['s3://models/iris', '/mnt/models']);
});

test('a reference that leads nowhere is a condition, no Pod, and mended as soon as it leads somewhere', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(inferenceServices, stored('iris', { key: 'local', path: 'iris' }));
  const missing = await statusWhen(client, 'iris', (status) => refusal(status) !== undefined);
  assert.equal(
    refusal(missing),
    'Secret default/storage-config does not exist; spec.predictor.model.storage.key names its key "local"',
  );
  assert.equal(missing.modelStatus?.transitionStatus, 'InvalidSpec');

  await writeStorageConfig(client, { other: entry('http://store') });
  const another = await statusWhen(client, 'iris', (status) => refusal(status) !== refusal(missing));
  assert.equal(
    refusal(another),
    'Secret default/storage-config has no key "local", which spec.predictor.model.storage.key names; it has "other"',
  );
  assert.deepEqual((await client.list(deployments, { namespace: 'default' })).items, []);
  await assertNothingTold(client);

  await writeStorageConfig(client, { local: entry('http://store') });
  await statusWhen(client, 'iris', (status) => refusal(status) === undefined);
  await client.get(deployments, { namespace: 'default', name: 'iris-predictor' });
});
