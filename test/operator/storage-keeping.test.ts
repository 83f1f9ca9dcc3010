import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inferenceServices } from '@serval/api';
import { createAuthority } from '@serval/kube/certificates';
import type { Client } from '@serval/kube/client';
import { configMaps, deployments, events, findCondition, secrets } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { serviceOf, startTestPlatform } from './support.ts';

const dayMs = 86_400_000;
const sentinel = 'SENTINEL-of-a-secret';
const namespace = 'default';
const place = { namespace, name: 'storage-config' };
const bundle = { namespace, name: 'minio-ca' };
const source = 'serving.kserve.io/storage-config-source';
const pemOf = async (startMs = Date.now(), lifeMs?: number) =>
  `${(await createAuthority('minio', startMs, lifeMs)).certificate.trim()}\n`;
const entry = (fields: object) =>
  JSON.stringify({
    type: 's3',
    access_key_id: sentinel,
    secret_access_key: sentinel,
    endpoint_url: 'https://s',
    ...fields,
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function putSecret(client: Client, entries: Record<string, string>, annotations: Record<string, string> = {}) {
  const data = Object.fromEntries(Object.entries(entries).map(([key, text]) => [key, base64(text)]));
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { ...place, annotations }, data };
  await client.apply(secrets, object, { force: true });
}

async function putBundle(client: Client, pem: string, annotations: Record<string, string> = {}): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...bundle, annotations },
    data: { 'cabundle.crt': pem },
  };
  await client.apply(configMaps, object, { force: true });
}

async function fieldsOf(client: Client, key: string): Promise<Record<string, unknown>> {
  const { data } = await client.get(secrets, place);
  return JSON.parse(Buffer.from(data?.[key] ?? '', 'base64').toString()) as Record<string, unknown>;
}

const bundleText = async (client: Client) => (await client.get(configMaps, bundle)).data?.['cabundle.crt'];

/** Waits for an Event with the reason whose message matches: on an API server that others used before, theirs may be there as well. */
async function isTold(client: Client, reason: string, message: RegExp): Promise<void> {
  await eventually(async () => {
    const { items } = await client.list(events, {});
    const found = items.some((event) => event.reason === reason && message.test(event.message ?? ''));
    assert.ok(found, `${reason} among ${items.map((event) => `${event.reason}: ${event.message}`).join('\n')}`);
  });
}

/** A platform on which nothing that is told holds a value of the Secret. */
async function start(t: TestContext) {
  const platform = await startTestPlatform(t);
  platform.onStop(async () => {
    const texts = JSON.stringify([
      await platform.client.list(events, {}),
      await platform.client.list(inferenceServices, {}),
      await platform.client.list(configMaps, {}),
    ]);
    assert.ok(!texts.includes(sentinel));
  });
  return platform;
}

test('the inline certificate follows a ConfigMap that leads, and nothing is written at rest', async (t) => {
  const { client, writes, restartOperator } = await start(t);
  const [one, two] = [await pemOf(), await pemOf()];
  await putBundle(client, one);
  const follower = entry({ cabundle_configmap: 'minio-ca', unknown_field: 'kept' });
  await putSecret(client, { minio: follower, other: entry({ region: 'eu' }) }, { [source]: 'configmap/minio-ca' });
  await eventually(async () => assert.equal((await fieldsOf(client, 'minio'))['certificate'], one));
  assert.equal((await fieldsOf(client, 'minio'))['unknown_field'], 'kept');
  assert.equal((await fieldsOf(client, 'other'))['certificate'], undefined);
  await isTold(client, 'CertificateKept', /certificate of minio follows/);
  await putBundle(client, two);
  await restartOperator();
  await eventually(async () => assert.equal((await fieldsOf(client, 'minio'))['certificate'], two));
  await restartOperator();
  await restartOperator();
  assert.deepEqual(
    writes.filter((write) => /namespaces\/default\/(secrets|configmaps)/.test(write)),
    Array(2).fill('PATCH /api/v1/namespaces/default/secrets/storage-config'),
  );
});

test('a ConfigMap follows the inline certificate that leads: made, changed, and only when it is ours', async (t) => {
  const { client, writes } = await start(t);
  const [one, two] = [await pemOf(), await pemOf()];
  const inline = (pem: string) => ({ minio: entry({ cabundle_configmap: 'minio-ca', certificate: pem }) });
  await putSecret(client, inline(one), { [source]: 'inline' });
  await eventually(async () => assert.equal(await bundleText(client), one));
  await putSecret(client, inline(two), { [source]: 'inline' });
  await eventually(async () => assert.equal(await bundleText(client), two));
  assert.deepEqual(
    writes.filter((write) => /namespaces\/default\/(secrets|configmaps)/.test(write)),
    ['POST /api/v1/namespaces/default/configmaps', 'PATCH /api/v1/namespaces/default/configmaps/minio-ca'],
  );
  // Taken over by somebody else.
  await client.patch(configMaps, bundle, 'merge', { metadata: { annotations: { [source]: null } } });
  await putSecret(client, inline(one), { [source]: 'inline' });
  await isTold(client, 'CertificateNotKept', /minio-ca differs and is somebody else's/);
  assert.equal(await bundleText(client), two);
});

test('who writes the other half back again and again is not fought, and it is told', async (t) => {
  const { client, writes } = await start(t);
  const [one, other] = [await pemOf(), await pemOf()];
  await putBundle(client, one);
  for (let round = 0; round < 3; round += 1) {
    await putSecret(
      client,
      { minio: entry({ cabundle_configmap: 'minio-ca', certificate: other }) },
      { [source]: 'configmap/minio-ca' },
    );
    await eventually(async () => assert.equal((await fieldsOf(client, 'minio'))['certificate'], one));
  }
  await putSecret(
    client,
    { minio: entry({ cabundle_configmap: 'minio-ca', certificate: other }) },
    { [source]: 'configmap/minio-ca' },
  );
  await isTold(client, 'CertificateContested', /written differently by somebody else/);
  assert.equal((await fieldsOf(client, 'minio'))['certificate'], other);
  assert.equal(writes.filter((write) => write.includes('secrets')).length, 3);
});

test('a source that cannot be used leaves the halves as they are, and is told', async (t) => {
  const { client } = await start(t);
  await putSecret(client, { minio: entry({ cabundle_configmap: 'minio-ca' }) }, { [source]: 'configmap/minio-ca' });
  await isTold(client, 'CertificateNotKept', /ConfigMap default\/minio-ca is not there/);
  assert.equal((await fieldsOf(client, 'minio'))['certificate'], undefined);
});

test('a certificate that ends soon is told on its Secret and on the services that trust it, and does not unready them', async (t) => {
  const { client } = await start(t);
  const soon = await pemOf(Date.now() - 80 * dayMs, 90 * dayMs);
  await putSecret(client, { minio: entry({ certificate: soon }) });
  await client.create(
    inferenceServices,
    serviceOf('iris', { model: { modelFormat: { name: 'xgboost' }, storage: { key: 'minio', path: 'iris' } } }),
  );
  await isTold(client, 'CertificateExpiresSoon', /key minio, field certificate: certificate .*CN=minio ends on/);
  const condition = async () => {
    const { status } = await client.get(inferenceServices, { namespace, name: 'iris' });
    return findCondition(status?.conditions, 'StorageCertificateValid');
  };
  await eventually(async () => assert.equal((await condition())?.reason, 'CertificateExpiresSoon'));
  await putSecret(client, { minio: entry({ certificate: await pemOf() }) });
  await eventually(async () => {
    const found = await condition();
    assert.deepEqual([found?.status, found?.reason, found?.message], ['True', undefined, undefined]);
  });
});

test('a service that asks for it gets new Pods when its credentials change, and only then', async (t) => {
  const { client, writes } = await start(t);
  await putSecret(client, { minio: entry({ bucket: 'models' }), other: entry({ bucket: 'b' }) });
  const service = serviceOf('iris', {
    model: { modelFormat: { name: 'xgboost' }, storage: { key: 'minio', path: 'iris' } },
  });
  const annotations = { 'serving.kserve.io/rollout-on-credential-change': 'true' };
  await client.create(inferenceServices, { ...service, metadata: { ...service.metadata, annotations } });
  const checksum = async () => {
    const { spec } = await client.get(deployments, { namespace, name: 'iris-predictor' });
    return spec.template.metadata?.annotations?.['serving.kserve.io/credential-checksum'];
  };
  const before = await eventually(async () => {
    const found = await checksum();
    assert.match(found ?? '', /^[0-9a-f]{32}$/);
    return found;
  });
  const rollouts = () => writes.filter((write) => /PATCH .*deployments/.test(write)).length;
  const made = rollouts();
  await putSecret(client, { minio: entry({ bucket: 'models' }), other: entry({ bucket: 'c' }) });
  await putSecret(client, { minio: entry({ bucket: 'models', region: 'eu' }), other: entry({ bucket: 'c' }) });
  await eventually(async () => assert.notEqual(await checksum(), before));
  assert.equal(rollouts(), made + 1);
});
