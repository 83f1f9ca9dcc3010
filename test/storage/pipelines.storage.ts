import assert from 'node:assert/strict';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type CredentialGrant,
  credentialGrants,
  inferenceServices,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { isStatusError, namespaces, pods, secrets } from '@serval/kube/objects';
import { isReady, serviceOf, startRunningPlatform, statusWhen } from '../operator/support.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryDirectory } from '../support/serval.ts';
import { createLayout, htpasswdOf, PASSWORD, type RealRegistry, startRegistry, USER } from './support/registry.ts';
import { installServer } from './support/servers.ts';

const programs = installServer('registry');
const options = { skip: programs.missing };
const model = join(import.meta.dirname, '../../examples/iris/model/model.ubj');
/** Services are put into `default`, which is the stage of the pipeline of `team-a`. */
const stage = 'default';

interface World {
  client: Client;
  registry: RealRegistry;
  /** Who is let in by the registry from now on, besides who pushes. */
  admit(...users: string[]): Promise<void>;
}

async function start(t: TestContext): Promise<World> {
  const file = join(await temporaryDirectory(t), 'htpasswd');
  let version = Date.now() / 1000 - 1000;
  const admit = async (...users: string[]) => {
    await writeFile(file, htpasswdOf([USER, ...users]));
    // The registry goes by the time of the file, in seconds.
    version += 1;
    await utimes(file, version, version);
  };
  await admit();
  const registry = await startRegistry(t, programs.path, { htpasswd: { realm: 'test', path: file } });
  const folder = await temporaryDirectory(t);
  const layout = await createLayout(folder);
  const titled = { annotations: { 'org.opencontainers.image.title': 'model.ubj' } };
  await layout.index([
    await layout.manifest({
      artifactType: 'application/vnd.example.model',
      config: await layout.blob('{}', 'application/vnd.oci.empty.v1+json'),
      layers: [{ ...(await layout.blob(await readFile(model), 'application/octet-stream')), ...titled }],
    }),
  ]);
  await registry.crane('push', folder, `${registry.host}/team/iris:v1`);
  const { client } = await startRunningPlatform(t);
  for (const name of ['team-a', 'team-b']) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return { client, registry, admit };
}

async function pullSecret({ client, registry }: World, namespace: string, name: string, user: string): Promise<void> {
  const auths = { [registry.host]: { username: user, password: PASSWORD } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
  await client.apply(secrets, secret, { force: true });
}

async function setDefaults({ client, registry }: World): Promise<void> {
  const entries = [{ match: registry.host, secretRef: { name: 'everybody' } }];
  const defaults = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'PlatformDefaults',
    metadata: { name: 'default' },
    spec: { registryCredentials: { entries } },
  };
  await client.apply(platformDefaults, defaults as PlatformDefaults, { force: true });
}

async function setPipeline(
  { client, registry }: World,
  secretRef: { name: string; namespace?: string },
): Promise<void> {
  const pipeline = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { namespace: 'team-a', name: 'fraud' },
    spec: {
      stages: [{ name: 'prod', namespace: stage }],
      registryCredentials: { entries: [{ match: registry.host, secretRef }] },
    },
  };
  await client.apply(pipelines, pipeline as Pipeline, { force: true });
}

async function serve({ client, registry }: World, name: string): Promise<void> {
  const storageUri = `oci://${registry.host}/team/iris:v1`;
  await client.create(inferenceServices, serviceOf(name, { model: { modelFormat: { name: 'xgboost' }, storageUri } }));
}

async function serves(world: World, name: string): Promise<void> {
  await serve(world, name);
  await statusWhen(world.client, name, isReady);
}

/** A new Pod is refused by the registry, and the service says so. */
async function isRefused(world: World, name: string): Promise<void> {
  await serve(world, name);
  await statusWhen(world.client, name, ({ modelStatus }) =>
    /refused|denied|credentials|401|Unauthorized/i.test(modelStatus?.lastFailureInfo?.message ?? ''),
  );
}

/** Whom the projected Secret of the stage names. */
async function projectedUser({ client }: World): Promise<string | undefined> {
  const secret = await client.get(secrets, { namespace: stage, name: 'serval-pull-credentials' }).catch((error) => {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  });
  if (!secret) return undefined;
  const { auths } = JSON.parse(Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString());
  return (Object.values(auths) as { username: string }[])[0]?.username;
}

const becomes = (world: World, user: string | undefined) =>
  eventually(async () => assert.equal(await projectedUser(world), user), 90_000);

test('credentials of platform, pipeline and grants decide over what a real registry hands out', options, async (t) => {
  const world = await start(t);
  const { client, admit } = world;

  await t.test('the platform’s default is enough', async () => {
    await admit('platform');
    await pullSecret(world, 'serval-credentials', 'everybody', 'platform');
    await setDefaults(world);
    await serves(world, 'by-default');
    assert.equal(await projectedUser(world), 'platform');
  });

  await t.test('the pipeline’s own goes before it', async () => {
    await admit('team');
    await pullSecret(world, 'team-a', 'own', 'team');
    await setPipeline(world, { name: 'own' });
    await becomes(world, 'team');
    await serves(world, 'by-team');
  });

  await t.test('revoked, it makes pulls fail, though the default would work', async () => {
    await admit('platform');
    await isRefused(world, 'revoked');
    assert.equal(await projectedUser(world), 'team');
  });

  await t.test('a grant lets in, and cuts off when it goes', async () => {
    await admit('granted', 'platform');
    await pullSecret(world, 'team-b', 'lent', 'granted');
    await client.create(credentialGrants, {
      apiVersion: 'platform.serval.dev/v1alpha1',
      kind: 'CredentialGrant',
      metadata: { namespace: 'team-b', name: 'fraud' },
      spec: {
        from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud' }],
        to: [{ kind: 'Secret', name: 'lent', use: ['pull'] }],
      },
    } as CredentialGrant);
    await setPipeline(world, { name: 'lent', namespace: 'team-b' });
    await becomes(world, 'granted');
    await serves(world, 'by-grant');
    await client.delete(credentialGrants, { namespace: 'team-b', name: 'fraud' });
    await becomes(world, undefined);
    await isRefused(world, 'without-grant');
  });

  await t.test('a rotation of the default is used by new pulls, and no Pod is started anew', async () => {
    await client.delete(pipelines, { namespace: 'team-a', name: 'fraud' });
    await becomes(world, 'platform');
    const running = async () =>
      (await client.list(pods, { namespace: stage })).items
        .filter(({ metadata }) => metadata.labels?.['serving.kserve.io/inferenceservice'] === 'by-default')
        .map(({ metadata, status }) => [
          metadata.uid,
          status?.containerStatuses?.map(({ restartCount }) => restartCount),
        ]);
    const before = await running();
    assert.equal(before.length, 1);
    await admit('rotated');
    await pullSecret(world, 'serval-credentials', 'everybody', 'rotated');
    await becomes(world, 'rotated');
    await serves(world, 'after-rotation');
    assert.deepEqual(await running(), before);
  });
});
