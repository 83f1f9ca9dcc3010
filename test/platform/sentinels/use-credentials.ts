import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InferenceService, inferenceServices, pipelines } from '@serval/api';
import { type KubeObject, pods, secrets } from '@serval/kube/objects';
import { eventually } from '../../support/eventually.ts';
import { textOfArchive } from '../../support/sentinels.ts';
import { dockerConfig, key, platform, registry, store, token } from './values.ts';
import { apply, commands, projects, putSecret, search, type World } from './world.ts';

export async function useCredentials(world: World): Promise<void> {
  const { client, host, up } = world;
  await putSecret(world, 'serval-credentials', 'shared', dockerConfig('ghcr.io', platform));
  await putSecret(world, 'team-a', 'own', dockerConfig(host, registry));
  await putSecret(world, 'team-b', 'lent', JSON.stringify({ auths: { 'quay.io': { registrytoken: token } } }));
  const endpoint = { 's3-endpoint': host, 's3-usehttps': '0', 's3-region': 'x' };
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'team-a',
      name: 'store',
      annotations: Object.fromEntries(
        Object.entries(endpoint).map(([key, value]) => [`serving.kserve.io/${key}`, value]),
      ),
    },
    stringData: { AWS_ACCESS_KEY_ID: store.user, AWS_SECRET_ACCESS_KEY: store.password },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'fraud-dev', name: 'storage-config' },
    stringData: {
      store: JSON.stringify({
        type: 's3',
        endpoint_url: `http://${host}`,
        access_key_id: store.user,
        secret_access_key: store.password,
        bucket: 'models',
        region: 'x',
      }),
    },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team-a', name: 'web' },
    stringData: { 'https-host': host, headers: JSON.stringify({ Authorization: `Bearer ${token}` }) },
  } as KubeObject as never);
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'serval-credentials', name: 'bucket' },
    stringData: {
      'gcloud-application-credentials.json': JSON.stringify({ type: 'service_account', private_key: key }),
    },
  } as KubeObject as never);
  await apply(world, [
    {
      kind: 'PlatformDefaults',
      metadata: { name: 'default' },
      spec: {
        registryCredentials: { entries: [{ match: 'ghcr.io', secretRef: { name: 'shared' } }] },
        storageCredentials: { entries: [{ match: 'gs://bucket', secretRef: { name: 'bucket' } }] },
      },
    },
    {
      kind: 'CredentialGrant',
      metadata: { namespace: 'team-b', name: 'lend' },
      spec: {
        from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud' }],
        to: [{ kind: 'Secret', name: 'lent', use: ['pull'] }],
      },
    },
    {
      kind: 'Pipeline',
      metadata: { namespace: 'team-a', name: 'fraud' },
      spec: {
        stages: [
          { name: 'dev', namespace: 'fraud-dev' },
          { name: 'prod', namespace: 'fraud-prod' },
        ],
        registryCredentials: {
          entries: [
            { match: host, secretRef: { name: 'own' } },
            { match: 'quay.io', secretRef: { namespace: 'team-b', name: 'lent' } },
          ],
        },
        storageCredentials: {
          entries: [
            { match: 's3://models', secretRef: { name: 'store' } },
            { match: `http://${host}`, secretRef: { name: 'web' } },
          ],
        },
      },
    },
    {
      kind: 'Promotion',
      metadata: { namespace: 'team-a', name: 'early' },
      spec: { pipeline: 'fraud', service: 'pulls', from: 'dev', to: 'prod' },
    },
  ]);
  const model = (name: string, more: object) =>
    client.create(inferenceServices, {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { namespace: 'fraud-dev', name },
      spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, ...more } } },
    } as InferenceService);
  await model('pulls', { storageUri: `oci://${host}/team/iris:v1` });
  await model('reads', { storageUri: 's3://models/iris' });
  await model('clouds', { storageUri: 'gs://bucket/iris' });
  await model('keyed', { storage: { key: 'store', path: 'iris' } });
  await projects(world, host, registry);
  // The registry and the store refuse, and quote what they were sent.
  for (const [name, status] of [
    ['pulls', /401|refused|denied|credentials/i],
    ['keyed', /403|refused|denied/i],
    ['reads', /403|refused|denied/i],
  ] as const) {
    await eventually(async () => {
      const service = await client.get(inferenceServices, { namespace: 'fraud-dev', name });
      assert.match(service.status?.modelStatus?.lastFailureInfo?.message ?? '', status);
    });
  }
  await eventually(async () => {
    const { data = {} } = await client.get(secrets, { namespace: 'fraud-dev', name: 'serval-storage-credentials' });
    const held = Object.values(data).map((value) => Buffer.from(value, 'base64').toString());
    assert.match(held.join(), new RegExp(RegExp.escape(store.password)));
    assert.match(held.join(), /sentinelPrivateKeyLd6/);
  });
  const { items } = await client.list(pods, { namespace: 'fraud-dev' });
  const pull = items.find(({ metadata }) => metadata.name?.startsWith('pulls'));
  assert.ok(pull?.spec.imagePullSecrets?.some(({ name }) => name === 'serval-pull-credentials'));
  await eventually(async () => {
    const { status } = await client.get(pipelines, { namespace: 'team-a', name: 'fraud' });
    assert.equal(status?.stages?.[0]?.effective?.length, 2 + 1);
  });

  const inDev = ['-n', 'fraud-dev'];
  const ofTeam = ['fraud', '-n', 'team-a'];
  const bundle = join(up.dataDir, 'bundle.tar.gz');
  await commands(world, [
    ['get', 'pipelines,credentialgrants,promotions,platformdefaults', '-A', '-o', 'yaml'],
    ['get', 'pods,isvc,events', ...inDev, '-o', 'json'],
    ['describe', 'pipeline', ...ofTeam],
    ['describe', 'secret', 'serval-pull-credentials', 'serval-storage-credentials', ...inDev],
    ['describe', 'pod', pull?.metadata.name ?? '', ...inDev],
    ['describe', 'isvc', 'pulls', ...inDev],
    ['pipeline', 'list', '-A', '--json'],
    ['pipeline', 'get', ...ofTeam, '--json'],
    ['pipeline', 'effective', ...ofTeam, '--json'],
    ['pipeline', 'history', ...ofTeam, '--json'],
    ['credentials', 'check'],
    ['credentials', 'migrate', '--all-namespaces', '--json'],
    ['storage-config', 'check', ...inDev],
    ['logs', 'keyed', ...inDev],
    ['doctor', '--bundle', bundle],
  ]);
  world.said.push({ where: 'the bundle', text: textOfArchive(await readFile(bundle)) });
  assert.ok(world.said.at(-1)?.text.includes('serval-pull-credentials'));
  assert.deepEqual(await search(world), []);
}
