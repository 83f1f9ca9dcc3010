import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialGrants, pipelines, platformDefaults } from '@serval/api';
import { deployments, pods, type ServiceAccount, secrets, serviceAccounts } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { gone, isGone, pipelineWhen, type Rig, start, staysQuiet } from './pipeline-rig.ts';
import {
  admitted,
  environmentOf,
  grantTo,
  keysOf,
  projectedFor,
  projectedStorage,
  serveModel,
  setStorageDefaults,
  storagePipeline,
  storeSecret,
} from './storage-rig.ts';

const model = 's3://models/fraud/v1';
const storageUri = (uri: string) => ({
  model: { modelFormat: { name: 'xgboost' }, storageUri: uri },
});
const inDev = { namespace: 'fraud-dev', name: projectedStorage };
const isCut = ({ client }: Rig, namespace = 'fraud-dev') =>
  eventually(() => gone(client.get(secrets, { namespace, name: projectedStorage })));

const userOf = async (...[client, pod]: Parameters<typeof environmentOf>) =>
  (await environmentOf(client, pod))['AWS_ACCESS_KEY_ID'];

test('models are read with what the nearest layer gives, and nothing falls back', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'serval-credentials', 's3', 'platform');
  await setStorageDefaults(client, { 's3://models': 's3' });
  await serveModel(client, 'fraud-dev', 'scorer', storageUri(model));
  await serveModel(client, 'elsewhere', 'other', storageUri('s3://public/x'));

  await t.test('the platform is the default', async () => {
    const held = await projectedFor(client, 'fraud-dev', 'platform');
    assert.deepEqual(Object.values(held).sort(), ['SENTINEL-platform', 'platform']);
    const pod = await admitted(client, 'fraud-dev', model);
    assert.equal(await userOf(client, pod), 'platform');
    assert.doesNotMatch(JSON.stringify(pod), /SENTINEL/);
    assert.equal(await userOf(client, await admitted(client, 'fraud-dev', 's3://public/x')), undefined);
    assert.ok(await isGone(client.get(secrets, { namespace: 'elsewhere', name: projectedStorage })));
    await eventually(async () => {
      const { status } = await client.get(platformDefaults, { name: 'default' });
      assert.deepEqual(
        status?.effectiveStorage?.map(({ match, sourceRef }) => [match, sourceRef?.name]),
        [['s3://models', 's3']],
      );
    });
  });

  await t.test('the pipeline goes before it, and masks it', async () => {
    await keysOf(client, 'team-a', 'own', 'own');
    await storagePipeline(client, { dev: 'fraud-dev' }, { '': { 's3://models/fraud': { name: 'own' } } });
    await projectedFor(client, 'fraud-dev', 'own');
    const { stages: [stage] = [] } = await pipelineWhen(client, 'Ready', 'True');
    assert.deepEqual(
      stage?.effectiveStorage?.map(({ match, source, sourceRef }) => [match, source, sourceRef?.name]),
      [['s3://models/fraud', 'Pipeline', 'own']],
    );
    assert.deepEqual(
      stage?.maskedStorage?.map(({ match, maskedBy }) => [match, maskedBy]),
      [['s3://models', 's3://models/fraud']],
    );
    assert.equal(stage?.projectedStorage?.name, projectedStorage);
    assert.equal(await userOf(client, await admitted(client, 'fraud-dev', model)), 'own');
    assert.equal(await userOf(client, await admitted(client, 'fraud-dev', 's3://models/other')), undefined);
    const both = [
      { uri: model, mountPath: '/mnt/models/a' },
      { uri: 's3://models/other', mountPath: '/mnt/models/b' },
    ];
    const annotations = { 'internal.platform.serval.dev/storage-uris': JSON.stringify(both) };
    await admitted(client, 'fraud-dev', model, { annotations }).then(
      (pod) => assert.fail(JSON.stringify(pod.metadata.annotations)),
      (error) => assert.match(String(error), /s3:\/\/models\/other are not read with the same credential/),
    );
  });

  await t.test('one that goes takes what was projected along, and Pods are refused until it is back', async () => {
    await client.delete(secrets, { namespace: 'team-a', name: 'own' });
    rig.passes(61);
    await pipelineWhen(client, 'CredentialsResolved', 'False', 'SecretNotFound');
    await isCut(rig);
    await assert.rejects(
      admitted(client, 'fraud-dev', model),
      /s3:\/\/models\/fraud\/v1 cannot be read: SecretNotFound: Secret team-a\/own does not exist/,
    );
    await storeSecret(client, 'team-a', 'own', { HF_TOKEN: 'SENTINEL' });
    rig.passes(6);
    await pipelineWhen(client, 'CredentialsResolved', 'False', 'NoCredentialForMatch');
    await client.delete(secrets, { namespace: 'team-a', name: 'own' });
    const { metadata } = await keysOf(client, 'team-a', 'own', 'anew');
    rig.passes(61);
    await projectedFor(client, 'fraud-dev', 'anew');
    await eventually(async () => {
      const { stages: [stage] = [] } = await pipelineWhen(client, 'Ready', 'True');
      assert.equal(stage?.effectiveStorage?.[0]?.sourceRef?.uid, metadata.uid);
    });
  });

  await t.test('a rotation is one write, and nothing else is written', async () => {
    await storagePipeline(client, { dev: 'fraud-dev', prod: 'fraud-prod' });
    await serveModel(client, 'fraud-prod', 'scorer', storageUri(model));
    for (const namespace of ['fraud-dev', 'fraud-prod']) await projectedFor(client, namespace, 'platform');
    await pipelineWhen(client, 'Ready', 'True');
    const before = rig.writes.length;
    await keysOf(client, 'serval-credentials', 's3', 'rotated');
    for (const namespace of ['fraud-dev', 'fraud-prod']) await projectedFor(client, namespace, 'rotated');
    await pipelineWhen(client, 'Ready', 'True');
    await staysQuiet(rig);
    const writes = rig.writes.slice(before).filter((write) => write.includes('/secrets/'));
    assert.deepEqual(writes.sort(), [
      `PATCH /api/v1/namespaces/fraud-dev/secrets/${projectedStorage}`,
      `PATCH /api/v1/namespaces/fraud-prod/secrets/${projectedStorage}`,
    ]);
  });

  assert.doesNotMatch(rig.told(), /SENTINEL/);
  assert.doesNotMatch(JSON.stringify(await client.list(pipelines, {})), /SENTINEL/);
});

test('a Secret of another namespace is read with only while its owner lends it for that', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'team-b', 'lent', 'lent');
  for (const namespace of ['fraud-dev', 'fraud-prod']) await serveModel(client, namespace, 'scorer', storageUri(model));
  const entries = { '': { 's3://models': { name: 'lent', namespace: 'team-b' } } };
  await storagePipeline(client, { dev: 'fraud-dev', prod: 'fraud-prod' }, entries);
  await pipelineWhen(client, 'ReferencesPermitted', 'False', 'RefNotPermitted');
  await grantTo(client, 'pull');
  await assert.rejects(
    admitted(client, 'fraud-prod', model),
    /RefNotPermitted: no CredentialGrant in team-b .* to read/,
  );
  await grantTo(client, 'read', ['prod']);
  await projectedFor(client, 'fraud-prod', 'lent');
  await eventually(async () => {
    const { stages = [] } = await pipelineWhen(client, 'ReferencesPermitted', 'False', 'RefNotPermitted');
    assert.equal(stages.find(({ name }) => name === 'prod')?.effectiveStorage?.[0]?.grantedBy, 'team-b/fraud');
  });
  await gone(client.get(secrets, inDev));
  await client.delete(credentialGrants, { namespace: 'team-b', name: 'fraud' });
  await isCut(rig, 'fraud-prod');
  await eventually(() => assert.rejects(admitted(client, 'fraud-prod', model), /RefNotPermitted/));
});

test('a Pod that looks whether a model can be read has the credential before there is a service, and as long as it runs', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'team-a', 'own', 'own');
  await storagePipeline(client, { prod: 'fraud-prod' }, { prod: { 's3://models': { name: 'own' } } });
  await pipelineWhen(client, 'Ready', 'True');
  const pod = await admitted(client, 'fraud-prod', model, { labels: { 'platform.serval.dev/read-check': 'uid' } });
  await projectedFor(client, 'fraud-prod', 'own');
  assert.equal(await userOf(client, pod), 'own');
  const place = { namespace: 'fraud-prod', name: pod.metadata.name ?? '' };
  await client.patch(pods, place, 'merge', { status: { phase: 'Succeeded' } }, { subresource: 'status' });
  await isCut(rig, 'fraud-prod');
});

test('what a service says itself goes before, is told, and is not projected for', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'serval-credentials', 's3', 'platform');
  await setStorageDefaults(client, { 's3://models': 's3' });
  await keysOf(client, 'fraud-dev', 'theirs', 'theirs');
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'fraud-dev', name: 'reader' },
    secrets: [{ name: 'theirs' }],
  };
  await client.create(serviceAccounts, account as ServiceAccount);
  const minio = JSON.stringify({ type: 's3', bucket: 'models', access_key_id: 'x', secret_access_key: 'SENTINEL' });
  await storeSecret(client, 'fraud-dev', 'storage-config', { minio });
  await serveModel(client, 'fraud-dev', 'by-account', { serviceAccountName: 'reader', ...storageUri(model) });
  const storage = { key: 'minio', path: 'fraud/v1' };
  await serveModel(client, 'fraud-dev', 'by-key', { model: { modelFormat: { name: 'xgboost' }, storage } });
  await storagePipeline(client, { dev: 'fraud-dev' });
  await eventually(async () => {
    const { stages } = await pipelineWhen(client, 'Ready', 'True');
    assert.deepEqual(stages?.[0]?.services, [
      { name: 'by-account', ownStorage: ['ServiceAccount reader'] },
      { name: 'by-key', ownStorage: ['model.storage.key "minio"'] },
    ]);
  });
  await gone(client.get(secrets, inDev));
  const pod = await admitted(client, 'fraud-dev', model, { serviceAccountName: 'reader' });
  assert.equal(await userOf(client, pod), 'theirs');

  await client.patch(serviceAccounts, { namespace: 'fraud-dev', name: 'reader' }, 'merge', { secrets: null });
  rig.passes(61);
  await projectedFor(client, 'fraud-dev', 'platform');
  await eventually(async () => {
    const { stages } = await pipelineWhen(client, 'Ready', 'True');
    assert.deepEqual(stages?.[0]?.services?.[0], { name: 'by-account' });
  });
});

test('what somebody does to the projected Secret is undone, and what is somebody else’s stays and reaches no Pod', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await keysOf(client, 'serval-credentials', 's3', 'platform');
  await setStorageDefaults(client, { 's3://models': 's3' });
  await keysOf(client, 'fraud-prod', projectedStorage, 'theirs');
  await storagePipeline(client, { dev: 'fraud-dev', prod: 'fraud-prod' });
  for (const namespace of ['fraud-dev', 'fraud-prod']) await serveModel(client, namespace, 'scorer', storageUri(model));
  await projectedFor(client, 'fraud-dev', 'platform');
  await pipelineWhen(client, 'Projected', 'False', 'OwnershipConflict');
  await projectedFor(client, 'fraud-prod', 'theirs');
  await assert.rejects(admitted(client, 'fraud-prod', model), /OwnershipConflict/);

  const good = (await client.get(secrets, inDev)).data;
  const [key = ''] = Object.keys(good ?? {});
  await client.patch(secrets, inDev, 'merge', { data: { [key]: 'eA==', more: 'eA==' } });
  await eventually(async () => assert.deepEqual((await client.get(secrets, inDev)).data, good));
  await client.delete(secrets, inDev);
  await eventually(async () => assert.deepEqual((await client.get(secrets, inDev)).data, good));

  await client.delete(secrets, { namespace: 'fraud-prod', name: projectedStorage });
  await projectedFor(client, 'fraud-prod', 'platform');
  await pipelineWhen(client, 'Ready', 'True');
  await client.delete(deployments, { namespace: 'fraud-dev', name: 'scorer-predictor' });
  await eventually(async () => assert.deepEqual((await client.get(secrets, inDev)).data, good));
});
