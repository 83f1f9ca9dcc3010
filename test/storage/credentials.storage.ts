import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { clusterStorageContainers, inferenceServices } from '@serval/api';
import { createAuthority, createServerCertificate, type KeyPair } from '@serval/kube/certificates';
import {
  type AnyObject,
  configMaps,
  defineResource,
  type EnvVar,
  events,
  isStatusError,
  type KubeObject,
  pods,
  type Resource,
  secrets,
  serviceAccounts,
} from '@serval/kube/objects';
import { webhookConfigurationName } from '@serval/operator/declarations';
import { isReady, type RunningPlatform, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/serval.ts';
import { type Minio, startMinio } from './support/minio.ts';
import { installServer } from './support/servers.ts';

const { path: program, missing: skip } = installServer('minio');

const repository = join(import.meta.dirname, '../..');
const model = () => readFile(join(repository, 'examples/iris/model/model.ubj'));
const DAY_MS = 86_400_000;
const BUNDLE = 'cabundle.crt';

const validatingWebhooks = defineResource<KubeObject & { webhooks: { name: string }[] }>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});

interface World {
  platform: RunningPlatform;
  minio: Minio;
  ca: KeyPair;
  other: KeyPair;
  expired: KeyPair;
}

async function startWorld(t: TestContext): Promise<World> {
  const ca = await createAuthority('models-ca', Date.now());
  const minio = await startMinio(t, program, { tls: await serverOf(ca) });
  await minio.put('/models', '');
  await minio.put('/models/iris/model.ubj', await model());
  const platform = await startRunningPlatform(t);
  return {
    platform,
    minio,
    ca,
    other: await createAuthority('other-ca', Date.now()),
    expired: await createAuthority('models-ca', Date.now() - 9 * DAY_MS, DAY_MS),
  };
}

async function serverOf(ca: KeyPair): Promise<{ key: string; cert: string }> {
  const { certificate, key } = await createServerCertificate(ca, 'minio', ['127.0.0.1'], Date.now());
  return { key, cert: certificate };
}

/** An entry in the words of KServe, and one in the words of ModelMesh. */
const STYLES = {
  kserve: ({ minio }: World, fields: object) => ({
    type: 's3',
    endpoint_url: minio.url,
    access_key_id: minio.keys.accessKeyId,
    secret_access_key: minio.keys.secretAccessKey,
    region: 'us-east-1',
    bucket: 'models',
    ...fields,
  }),
  modelmesh: ({ minio }: World, fields: object) => ({
    type: 's3',
    access_key_id: minio.keys.accessKeyId,
    secret_access_key: minio.keys.secretAccessKey,
    endpoint_url: minio.url,
    region: 'us-east-1',
    default_bucket: 'models',
    ...fields,
  }),
};

async function put<T extends KubeObject>(
  { platform: { client } }: World,
  resource: Resource<T>,
  object: object,
): Promise<void> {
  await client.apply(resource as Resource<KubeObject>, object as AnyObject, { force: true });
}

function bundle(world: World, name: string, data: Record<string, string>, namespace = 'default') {
  return put(world, configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });
}

/** One entry per key; the Secret is as it is told here, others' keys stay. */
function entry(world: World, key: string, fields: object) {
  return world.platform.client
    .get(secrets, { namespace: 'default', name: 'storage-config' })
    .then(({ data }) => data ?? {})
    .catch((error) => {
      if (!isStatusError(error, 'NotFound')) throw error;
      return {};
    })
    .then((data) =>
      put(world, secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: 'default', name: 'storage-config' },
        data: { ...data, [key]: Buffer.from(JSON.stringify(fields)).toString('base64') },
      }),
    );
}

async function create({ platform: { client } }: World, name: string, predictor: object): Promise<void> {
  await client.create(inferenceServices, serviceOf(name, predictor as never));
}

const withEntry = (key: string) => ({ xgboost: { storage: { key, path: 'iris/model.ubj' } } });

async function becomesReady(world: World, name: string, predictor: object): Promise<void> {
  await create(world, name, predictor);
  await statusWhen(world.platform.client, name, isReady);
  await remove(world, name);
}

async function remove({ platform: { client } }: World, name: string): Promise<void> {
  await client.delete(inferenceServices, { namespace: 'default', name });
}

/** Never ready, with messages that name what is wrong and repeat nothing secret. */
async function staysNotReady(world: World, name: string, predictor: object, pattern: RegExp): Promise<void> {
  const { client } = world.platform;
  await create(world, name, predictor);
  const status = await statusWhen(client, name, (it) => pattern.test(JSON.stringify(it)));
  assert.ok(!isReady(status), JSON.stringify(status));
  const { items } = await client.list(pods, { namespace: 'default' });
  const seen = [
    JSON.stringify([status, (await client.list(events, { namespace: 'default' })).items, items]),
    world.platform.told(),
    ...(await Promise.all(items.map((pod) => initializerLog(world, pod.metadata.name!)))),
  ].join('\n');
  assert.ok(seen.includes('serval_storage_config_problems'), 'metrics are among what was looked at');
  const { ca, minio } = world;
  const pieces = [
    minio.keys.secretAccessKey,
    ...ca.key.split('\n').slice(1, 3),
    ...ca.certificate.split('\n').slice(1, 3),
  ];
  for (const piece of pieces) assert.ok(!seen.includes(piece), `${name}: something of the entry shows`);
  await remove(world, name);
}

async function initializerLog({ platform: { client } }: World, pod: string): Promise<string> {
  const path = `/api/v1/namespaces/default/pods/${pod}/log?container=storage-initializer`;
  const { status, body } = await client.request({ method: 'GET', path });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString('utf8');
  assert.ok(status === 200 || !text.includes('secret'), text);
  return text;
}

/** What is written while nobody answers for the Secrets, as before an installation. */
async function withoutAdmission({ platform: { client } }: World, write: () => Promise<void>): Promise<void> {
  const place = { name: webhookConfigurationName };
  const { webhooks } = await client.get(validatingWebhooks, place);
  const others = webhooks.filter(({ name }) => !name.includes('storage-config'));
  assert.ok(others.length < webhooks.length);
  await client.patch(validatingWebhooks, place, 'merge', { webhooks: others });
  await write();
  await client.patch(validatingWebhooks, place, 'merge', { webhooks });
}

for (const [style, entryOf] of Object.entries(STYLES)) {
  test(`an entry as ${style} has it serves a model behind a private authority`, { skip }, async (t) => {
    const world = await startWorld(t);
    const { ca, other, expired } = world;
    await bundle(world, 'models-ca', { [BUNDLE]: ca.certificate });

    await t.test('a: the certificate inline', async () => {
      await entry(world, 'inline', entryOf(world, { certificate: ca.certificate }));
      await becomesReady(world, 'inline', withEntry('inline'));
    });
    await t.test('b: the certificate in a ConfigMap', async () => {
      await entry(world, 'by-name', entryOf(world, { cabundle_configmap: 'models-ca' }));
      await becomesReady(world, 'by-name', withEntry('by-name'));
    });
    await t.test('c: both', async () => {
      await entry(world, 'both', entryOf(world, { certificate: ca.certificate, cabundle_configmap: 'models-ca' }));
      await becomesReady(world, 'both', withEntry('both'));
    });

    for (const [what, fields, pattern, refusal] of [
      [
        'the wrong authority',
        { certificate: other.certificate },
        /did not prove its identity.*certificate.*storage-config, key.*bad.*CN=other-ca/,
      ],
      ['no authority', {}, /did not prove its identity/],
      [
        'an expired one',
        { certificate: expired.certificate },
        /storage-config.*bad.*certificate.*expired/,
        /data\[bad\]\.certificate.*expired/,
      ],
      [
        'a cut one',
        { certificate: ca.certificate.slice(0, 200) },
        /storage-config.*bad.*certificate.*cut off/,
        /data\[bad\]\.certificate.*cut off/,
      ],
      ['a missing ConfigMap', { cabundle_configmap: 'gone' }, /storage-config.*bad.*cabundle_configmap.*gone/],
      [
        'a key',
        { certificate: ca.key },
        /storage-config.*bad.*certificate.*private key/,
        /data\[bad\]\.certificate.*private key/,
      ],
    ] as const) {
      await t.test(`not with ${what}, and it says so`, async () => {
        const write = () => entry(world, 'bad', entryOf(world, fields));
        if (refusal) await assert.rejects(write, refusal);
        await withoutAdmission(world, write);
        await staysNotReady(world, 'bad', withEntry('bad'), pattern);
      });
    }
  });
}

test('certificates for everybody, for a service account, and of a public authority', { skip }, async (t) => {
  const world = await startWorld(t);
  const { ca, minio, platform } = world;
  const { client } = platform;
  const account = (name: string, secret: string) =>
    put(world, serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'default', name },
      secrets: [{ name: secret }],
    });
  const keys = (name: string, annotations: Record<string, string>) =>
    put(world, secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: 'default',
        name,
        annotations: { 'serving.kserve.io/s3-endpoint': new URL(minio.url).host, ...annotations },
      },
      data: {
        AWS_ACCESS_KEY_ID: Buffer.from(minio.keys.accessKeyId).toString('base64'),
        AWS_SECRET_ACCESS_KEY: Buffer.from(minio.keys.secretAccessKey).toString('base64'),
      },
    });
  const uri = (serviceAccountName: string) => ({
    serviceAccountName,
    xgboost: { storageUri: 's3://models/iris/model.ubj' },
  });

  await t.test('e: a ConfigMap that an annotation of the account names', async () => {
    await bundle(world, 'models-ca', { [BUNDLE]: ca.certificate });
    await keys('annotated', { 'serving.kserve.io/s3-cabundle-configmap': 'models-ca' });
    await account('annotated', 'annotated');
    await becomesReady(world, 'annotated', uri('annotated'));
  });

  await t.test('f: a public root is still trusted beside the private one', async () => {
    const root = await createAuthority('public-root', Date.now());
    const pub = await startMinio(t, program, { tls: await serverOf(root) });
    await pub.put('/models', '');
    await pub.put('/models/iris/model.ubj', await model());
    const file = join(await temporaryDirectory(t), 'root.crt');
    await writeFile(file, root.certificate);
    // One more of the roots that every process here has anyway.
    const env: EnvVar[] = [{ name: 'NODE_EXTRA_CA_CERTS', value: file }];
    const { image } = { image: 'serval/storage-initializer:0.1.0' };
    await put(world, clusterStorageContainers, {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'ClusterStorageContainer',
      metadata: { name: 'with-a-public-root' },
      spec: { container: { name: 'storage-initializer', image, env }, supportedUriFormats: [{ prefix: 's3://' }] },
    });
    const { minio: ours } = world;
    for (const [name, { url }] of Object.entries({ 'at-public': pub, 'at-private': ours })) {
      await entry(world, name, { ...STYLES.kserve(world, { certificate: ca.certificate }), endpoint_url: url });
      await becomesReady(world, name, withEntry(name));
    }
    await client.delete(clusterStorageContainers, { name: 'with-a-public-root' });
  });

  await t.test('d: a ConfigMap for everybody', async () => {
    await bundle(world, 'everybody', { [BUNDLE]: ca.certificate }, 'serval-system');
    const { data } = await client.get(configMaps, { namespace: 'serval-system', name: 'inferenceservice-config' });
    const storageInitializer = { caBundleConfigMapName: 'everybody', caBundleVolumeMountPath: '/etc/ssl/custom-certs' };
    await client.patch(configMaps, { namespace: 'serval-system', name: 'inferenceservice-config' }, 'merge', {
      data: { ...data, storageInitializer: JSON.stringify(storageInitializer) },
    });
    await entry(world, 'plain', STYLES.kserve(world, {}));
    await entry(world, 'plain-modelmesh', STYLES.modelmesh(world, {}));
    for (const key of ['plain', 'plain-modelmesh']) {
      await create(world, key, withEntry(key));
      await statusWhen(client, key, isReady);
    }
    const copy = { namespace: 'default', name: 'global-ca-bundle' };
    assert.equal((await client.get(configMaps, copy)).data?.[BUNDLE]?.trim(), ca.certificate.trim());
    for (const key of ['plain', 'plain-modelmesh']) await remove(world, key);
    await eventually(async () => {
      await assert.rejects(client.get(configMaps, copy), (error) => isStatusError(error, 'NotFound'));
    });
  });
});
