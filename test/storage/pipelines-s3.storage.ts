import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { credentialGrants, inferenceServices, pipelines } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { namespaces, pods, secrets } from '@serval/kube/objects';
import {
  environmentOf,
  grantTo,
  projectedFor,
  projectedStorage,
  setStorageDefaults,
  storagePipeline,
  storeSecret,
} from '../operator/storage-rig.ts';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/serval.ts';
import { startMinio } from './support/minio.ts';
import { freePort, installServer } from './support/servers.ts';

const { path: program, missing: skip } = installServer('minio');
const kserve = installServer('kserve-storage');
const model = join(import.meta.dirname, '../../examples/iris/model/model.ubj');
const storageUri = 's3://models/iris/model.ubj';
/** Services are put into `default`, which is the stage of the pipeline of `team-a`. */
const stage = { prod: 'default' };
const passwordOf = (user: string) => `SENTINEL-${user}`;

interface World {
  readonly client: Client;
  readonly port: number;
}

/** A store that lets in this user alone, until the test of it ends. */
async function admit(t: TestContext, { port }: World, user: string): Promise<void> {
  const minio = await startMinio(t, program, {
    port,
    keys: { accessKeyId: user, secretAccessKey: passwordOf(user) },
  });
  await minio.put('/models', '');
  await minio.put('/models/iris/model.ubj', await readFile(model));
}

/** As KServe has Secrets of ServiceAccounts. */
async function keysOf({ client, port }: World, namespace: string, name: string, user: string): Promise<void> {
  const secret = await storeSecret(client, namespace, name, {
    AWS_ACCESS_KEY_ID: user,
    AWS_SECRET_ACCESS_KEY: passwordOf(user),
  });
  const annotations = {
    'serving.kserve.io/s3-endpoint': `127.0.0.1:${port}`,
    'serving.kserve.io/s3-usehttps': '0',
    'serving.kserve.io/s3-region': 'us-east-1',
  };
  await client.patch(secrets, { namespace, name }, 'merge', { metadata: { annotations } });
  assert.equal(secret.metadata.name, name);
}

/** As an entry of a storage configuration. */
async function entryOf({ client, port }: World, namespace: string, name: string, user: string): Promise<void> {
  const entry = {
    type: 's3',
    endpoint_url: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    bucket: 'models',
    access_key_id: user,
    secret_access_key: passwordOf(user),
  };
  await storeSecret(client, namespace, name, { minio: JSON.stringify(entry) });
}

async function serve({ client }: World, name: string): Promise<void> {
  await client.create(inferenceServices, serviceOf(name, { model: { modelFormat: { name: 'xgboost' }, storageUri } }));
}

async function serves(world: World, name: string): Promise<void> {
  await serve(world, name);
  await statusWhen(world.client, name, isReady);
}

const download = `
import sys
from kserve_storage import Storage
Storage.download(sys.argv[1], sys.argv[2])
`;

/** KServe's initializer reads the model by what the Pod of a service has. */
async function isReadByKServe(t: TestContext, { client }: World, name: string): Promise<void> {
  const { items } = await client.list(pods, { namespace: stage.prod });
  const pod = items.find(({ metadata }) => metadata.labels?.['serving.kserve.io/inferenceservice'] === name);
  assert.ok(pod);
  const env = { PATH: process.env['PATH'], ...(await environmentOf(client, pod)) };
  const directory = await temporaryDirectory(t);
  await promisify(execFile)(kserve.path, ['-c', download, storageUri, directory], { env });
  assert.deepEqual(await readFile(join(directory, 'model.ubj')), await readFile(model));
}

const projects = ({ client }: World, text: RegExp) =>
  eventually(async () => {
    const { data = {} } = await client.get(secrets, { namespace: stage.prod, name: projectedStorage });
    const texts = Object.values(data).map((value) => Buffer.from(value, 'base64').toString());
    assert.ok(
      texts.some((each) => text.test(each)),
      Object.keys(data).join(),
    );
  }, 90_000);

test('credentials of platform, pipeline and grants decide over what a real store hands out', { skip }, async (t) => {
  const { client } = await startRunningPlatform(t);
  const world: World = { client, port: await freePort() };
  for (const name of ['team-a', 'team-b']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  await t.test('the platform’s default is enough', async (inner) => {
    await admit(inner, world, 'platform');
    await keysOf(world, 'serval-credentials', 'everybody', 'platform');
    await setStorageDefaults(client, { 's3://models': 'everybody' });
    await serves(world, 'by-default');
    await projectedFor(client, stage.prod, 'platform');
    if (!kserve.missing) await isReadByKServe(inner, world, 'by-default');
  });

  await t.test('the pipeline’s own goes before it', async (inner) => {
    await admit(inner, world, 'team');
    await entryOf(world, 'team-a', 'own', 'team');
    await storagePipeline(client, stage, { '': { 's3://models': { name: 'own' } } });
    await projects(world, /"access_key_id":"team"/);
    await serves(world, 'by-team');
    if (!kserve.missing) await isReadByKServe(inner, world, 'by-team');
  });

  await t.test('revoked at the store, it makes reads fail, though the default would work', async (inner) => {
    await admit(inner, world, 'platform');
    await serve(world, 'revoked');
    await statusWhen(client, 'revoked', ({ modelStatus }) =>
      /AccessDenied|InvalidAccessKeyId|refused/i.test(modelStatus?.lastFailureInfo?.message ?? ''),
    );
  });

  await t.test('a grant lets in, and cuts off when it goes', async (inner) => {
    await admit(inner, world, 'granted');
    await keysOf(world, 'team-b', 'lent', 'granted');
    await grantTo(client, 'read');
    await storagePipeline(client, stage, { '': { 's3://models': { name: 'lent', namespace: 'team-b' } } });
    await projects(world, /^granted$/);
    await serves(world, 'by-grant');
    await client.delete(credentialGrants, { namespace: 'team-b', name: 'fraud' });
    await eventually(() =>
      assert.rejects(client.get(secrets, { namespace: stage.prod, name: projectedStorage }), /not found/),
    );
    await serve(world, 'without-grant');
    await statusWhen(client, 'without-grant', ({ conditions = [] }) =>
      conditions.some(({ message = '' }) =>
        /s3:\/\/models\/iris\/model\.ubj cannot be read: RefNotPermitted/.test(message),
      ),
    );
    // Its Pod is tried again, and let in once it may have what it needs.
    await grantTo(client, 'read');
    await statusWhen(client, 'without-grant', isReady);
  });

  await t.test('a rotation of the default is used by new Pods, and no Pod is started anew', async (inner) => {
    await admit(inner, world, 'rotated');
    await client.delete(pipelines, { namespace: 'team-a', name: 'fraud' });
    const running = async () =>
      (await client.list(pods, { namespace: stage.prod })).items
        .filter(({ metadata }) => metadata.labels?.['serving.kserve.io/inferenceservice'] === 'by-default')
        .map(({ metadata, status }) => [
          metadata.uid,
          status?.containerStatuses?.map(({ restartCount }) => restartCount),
        ]);
    const before = await running();
    assert.equal(before.length, 1);
    await keysOf(world, 'serval-credentials', 'everybody', 'rotated');
    await projects(world, /^rotated$/);
    await serves(world, 'after-rotation');
    assert.deepEqual(await running(), before);
  });

  const seen = JSON.stringify([
    await client.list(pods, {}),
    await client.list(pipelines, {}),
    await client.list(inferenceServices, {}),
  ]);
  assert.doesNotMatch(seen, /SENTINEL/);
});
