import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAuthority } from '@serval/kube/certificates';
import type { Client } from '@serval/kube/client';
import { configMaps, isStatusError, secrets } from '@serval/kube/objects';
import { defaultNamespace } from '@serval/operator/declarations';
import { underTest } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from './support.ts';

const dayMs = 86_400_000;
const sentinel = 'c2VudGluZWw-SENTINEL';
const pemOf = async (startMs: number, lifeMs?: number) => (await createAuthority('ca', startMs, lifeMs)).certificate;
const entry = (fields: object) =>
  JSON.stringify({
    type: 's3',
    access_key_id: sentinel,
    secret_access_key: sentinel,
    endpoint_url: 'https://s',
    ...fields,
  });

interface Answer {
  readonly refused?: string;
  readonly warnings: readonly string[];
}

/** Writes as kubectl does, so that warnings are seen. */
async function send(client: Client, method: 'POST' | 'PUT', path: string, object: object): Promise<Answer> {
  const response = await client.request({
    method,
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const header = response.headers['warning'] ?? [];
  const warnings = typeof header === 'string' ? [header] : header;
  assert.ok(response.status < 300 || response.status === 422, text);
  const message = response.status === 422 ? (JSON.parse(text) as { message: string }).message : undefined;
  assert.ok(!`${message} ${warnings.join()}`.includes(sentinel), 'no value of a Secret is told');
  return { ...(message ? { refused: message } : {}), warnings };
}

const stringData = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

function writer(client: Client, namespace = 'default') {
  const secretsPath = `/api/v1/namespaces/${namespace}/secrets`;
  return {
    create: (data: Record<string, string>, name = 'storage-config', labels: Record<string, string> = {}) =>
      send(client, 'POST', secretsPath, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, labels },
        data: stringData(data),
      }),
    async change(data: Record<string, string>, labels: Record<string, string> = {}) {
      const live = await client.get(secrets, { namespace, name: 'storage-config' });
      const metadata = { ...live.metadata, labels };
      return await send(client, 'PUT', `${secretsPath}/storage-config`, { ...live, metadata, data: stringData(data) });
    },
    remove: () => client.delete(secrets, { namespace, name: 'storage-config' }),
    bundle: (name: string, pem: string, labels: Record<string, string> = {}) =>
      send(client, 'POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, labels },
        data: { 'cabundle.crt': pem },
      }),
  };
}

async function start(t: TestContext, certificateFields?: string): Promise<Client> {
  const { client, operator } = await startTestPlatform(t);
  if (certificateFields) {
    const target = { namespace: defaultNamespace, name: 'inferenceservice-config' };
    await client.patch(configMaps, target, 'merge', { data: { credentials: JSON.stringify({ certificateFields }) } });
    // The stage is in force once a use is answered by it.
    const { create, remove } = writer(client);
    await eventually(async () => {
      const { refused, warnings } = await create({ a: entry({ certificate: '/etc/ca.crt' }) });
      if (!refused) await remove();
      assert.ok(refused || warnings.length > 0);
    });
  }
  await operator.ready;
  return client;
}

test('broken entries and certificates are refused by key and field, and never quoted', async (t) => {
  const client = await start(t);
  const { create } = writer(client);
  const { key } = await createAuthority('leaf', Date.now());
  const good = await pemOf(Date.now());
  for (const [text, told] of [
    [`{"secret_access_key": "${sentinel}"`, /data\[a\].*JSON/],
    [`["${sentinel}"]`, /data\[a\].*object/],
    [entry({ certificate: key.replace('PRIVATE', 'RSA PRIVATE') }), /data\[a\]\.certificate.*private key/i],
    [entry({ certificate: good.slice(0, good.length / 2) }), /data\[a\]\.certificate/],
    [entry({ certificate: await pemOf(Date.now() - 30 * dayMs, dayMs) }), /data\[a\]\.certificate/],
  ] as [string, RegExp][]) {
    const { refused } = await create({ a: text });
    assert.match(refused ?? '', told);
    assert.ok(!refused?.includes(key.split('\n')[3] ?? ''));
  }
  assert.equal((await create({ a: '{' }, 'other')).refused, undefined, 'Secrets of others are theirs');
  assert.ok((await create({ a: '{' }, 'more-stores', { 'serving.kserve.io/storage-config': 'true' })).refused);
  assert.deepEqual(await create({ a: entry({ certificate: good }) }), { warnings: [] });
});

test('what was wrong before and did not change may stay; what is new may not', async (t) => {
  const client = await start(t);
  const soon = await pemOf(Date.now() - 80 * dayMs, 90 * dayMs);
  const { create, change } = writer(client);
  const { refused, warnings } = await create({ a: entry({ certificate: soon }) });
  assert.equal(refused, undefined);
  assert.match(warnings.join(), /data\[a\]\.certificate/);
  // Stored while nobody checked: the operator was not there.
  const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/serval';
  const read = await client.request({ method: 'GET', path: configurations });
  const chunks: Uint8Array[] = [];
  for await (const chunk of read.body) chunks.push(chunk);
  const { webhooks, ...rest } = JSON.parse(Buffer.concat(chunks).toString());
  const put = async (list: unknown) => {
    const at = await client.request({ method: 'GET', path: configurations });
    const parts: Uint8Array[] = [];
    for await (const chunk of at.body) parts.push(chunk);
    const { metadata } = JSON.parse(Buffer.concat(parts).toString());
    await send(client, 'PUT', configurations, { ...rest, metadata, webhooks: list });
  };
  await put([]);
  const broken = { a: entry({ certificate: await pemOf(Date.now() - 30 * dayMs, dayMs) }), b: '{' };
  await change(broken);
  await put(webhooks);
  const labelled = await change(broken, { team: 'x' });
  assert.equal(labelled.refused, undefined);
  assert.match(labelled.warnings.join(), /data\[a\]\.certificate/);
  assert.equal((await change({ ...broken, c: entry({}) })).refused, undefined);
  assert.match((await change({ ...broken, c: '{' })).refused ?? '', /data\[c\]/);
  assert.match((await change({ ...broken, b: '{"' })).refused ?? '', /data\[b\]/);
});

const manyPlatforms = { skip: underTest ? 'needs three API servers at once' : false };

test(
  'deprecated uses: silent in Dual, warned of in Warn, refused with the way out in Strict',
  manyPlatforms,
  async (t) => {
    const use = { a: entry({ certificate: '/etc/ssl/ca.crt' }) };
    const dual = writer(await start(t));
    assert.deepEqual(await dual.create(use), { warnings: [] });

    const warn = writer(await start(t, 'Warn'));
    const { refused, warnings } = await warn.create(use);
    assert.equal(refused, undefined);
    assert.match(warnings.join(), /data\[a\]\.certificate.*serval storage-config migrate -n default --write/);

    const strict = writer(await start(t, 'Strict'));
    const answer = await strict.create(use);
    assert.match(answer.refused ?? '', /data\[a\]\.certificate.*serval storage-config migrate -n default --write/);
    assert.equal((await strict.create({ a: entry({ ca_bundle: '/etc/ssl/ca.crt' }) })).refused, undefined);
  },
);

test('ConfigMaps are checked when they say so, or when an entry or the configuration names them', async (t) => {
  const client = await start(t);
  const { create, bundle } = writer(client);
  assert.equal((await bundle('of-others', sentinel)).refused, undefined);
  const label = { 'serving.kserve.io/ca-bundle': 'true' };
  assert.match((await bundle('labelled', sentinel, label)).refused ?? '', /cabundle\.crt/);
  await create({ a: entry({ cabundle_configmap: 'minio-ca' }) });
  await eventually(async () => assert.match((await bundle('minio-ca', sentinel)).refused ?? '', /default\/minio-ca/));
  const ended = await pemOf(Date.now() - 30 * dayMs, dayMs);
  assert.ok((await bundle('minio-ca', ended)).refused);
  const some = await bundle('minio-ca', `${await pemOf(Date.now())}\n${ended}`);
  assert.equal(some.refused, undefined);
  assert.equal(some.warnings.length, 1);
});

test('without an operator Secrets are written unchecked', async (t) => {
  const { client, operator } = await startTestPlatform(t);
  await operator.close();
  const { create } = writer(client);
  await create({ a: entry({}) });
  await assert.doesNotReject(client.get(secrets, { namespace: 'default', name: 'storage-config' }));
  await assert.rejects(client.get(secrets, { namespace: 'default', name: 'none' }), (error) =>
    isStatusError(error, 'NotFound'),
  );
});
