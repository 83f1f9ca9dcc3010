import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CredentialGrant, credentialGrants, inferenceServices, pipelines, platformDefaults } from '@serval/api';
import {
  type AnyObject,
  deployments,
  findCondition,
  isStatusError,
  namespaces,
  type Pod,
  pods,
  secrets,
} from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import {
  gone,
  isGone,
  pipeline,
  pipelineWhen,
  projected,
  projectedName,
  pullSecret,
  serve,
  setDefaults,
  start,
  staysQuiet,
} from './pipeline-rig.ts';
import { resourceOf } from './support.ts';

test('the platform is the default, the pipeline goes before it, and nothing falls back', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  await serve(client, 'fraud-dev', 'ghcr.io/acme/scorer:1');
  await serve(client, 'elsewhere', 'quay.io/acme/scorer:1');
  assert.deepEqual(await projected(client, 'fraud-dev', 'platform'), { 'ghcr.io': 'platform' });
  const defaultsWhen = (ready: string, reason: string) =>
    eventually(async () => {
      const { status, metadata } = await client.get(platformDefaults, { namespace: '', name: 'default' });
      const condition = findCondition(status?.conditions, 'Ready');
      assert.deepEqual([condition?.status, condition?.reason], [ready, reason]);
      assert.equal(status?.observedGeneration, metadata.generation);
      return status;
    });
  const [entry] = (await defaultsWhen('True', 'Ready'))?.effective ?? [];
  assert.deepEqual([entry?.match, entry?.source, entry?.sourceRef?.name], ['ghcr.io', 'Platform', 'ghcr']);
  await setDefaults(client, { 'ghcr.io': 'ghcr', 'quay.io': 'missing' });
  await defaultsWhen('False', 'SecretNotFound');
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  await defaultsWhen('True', 'Ready');

  await pullSecret(client, 'team-a', 'own', { 'ghcr.io': 'own' });
  await pipeline(client, 'team-a', { dev: 'fraud-dev' }, { 'ghcr.io/acme': { name: 'own' } });
  assert.deepEqual(await projected(client, 'fraud-dev', 'own'), { 'ghcr.io/acme/': 'own' });
  const status = await pipelineWhen(client, 'Ready', 'True');
  const [stage] = status.stages ?? [];
  assert.deepEqual(
    stage?.effective?.map(({ match, source, sourceRef }) => [
      match,
      source,
      `${sourceRef?.namespace}/${sourceRef?.name}`,
    ]),
    [['ghcr.io/acme/', 'Pipeline', 'team-a/own']],
  );
  assert.deepEqual(
    stage?.masked?.map(({ match, maskedBy }) => [match, maskedBy]),
    [['ghcr.io', 'ghcr.io/acme']],
  );

  await client.delete(secrets, { namespace: 'team-a', name: 'own' });
  rig.passes(61);
  await pipelineWhen(client, 'CredentialsResolved', 'False', 'SecretNotFound');
  await eventually(() => gone(client.get(secrets, { namespace: 'fraud-dev', name: projectedName })));

  await pullSecret(client, 'team-a', 'own', { 'ghcr.io': 'anew' });
  rig.passes(6);
  assert.deepEqual(await projected(client, 'fraud-dev', 'anew'), { 'ghcr.io/acme/': 'anew' });
  await client.delete(pipelines, { namespace: 'team-a', name: 'fraud' });
  assert.deepEqual(await projected(client, 'fraud-dev', 'platform'), { 'ghcr.io': 'platform' });
  assert.ok(await isGone(client.get(secrets, { namespace: 'elsewhere', name: projectedName })));
  const told = rig.told();
  for (const line of [
    /^serval_projected_secrets\{secret="serval-pull-credentials"\} 1$/m,
    /^serval_projections_total\{secret="serval-pull-credentials",outcome="created"\} [1-9]/m,
    /^serval_projections_total\{secret="serval-pull-credentials",outcome="deleted"\} [1-9]/m,
    ...['pull-credentials', 'pipeline', 'platform-defaults'].map(
      (controller) =>
        new RegExp(`^serval_operator_reconcile_seconds_total\\{controller="${controller}"\\} 0\\.\\d`, 'm'),
    ),
    ...['kept', 'read', 'reread'].map(
      (outcome) => new RegExp(`^serval_operator_cache_total\\{cache="references",outcome="${outcome}"\\} [1-9]`, 'm'),
    ),
    /^serval_operator_cache_total\{cache="sources",outcome="kept"\} [1-9]/m,
    /^serval_operator_cache_entries\{cache="sources"\} [1-9]/m,
    /^serval_operator_cached_objects\{resource="platformdefaults.platform.serval.dev"\} 1$/m,
  ]) {
    assert.match(told, line);
  }
  await staysQuiet(rig);
  assert.doesNotMatch(rig.told(), /SENTINEL/);
  assert.doesNotMatch(JSON.stringify(await client.list(pipelines, {})), /SENTINEL/);
});

test('a Secret of another namespace is used only while its owner grants it, to the stages that the grant names', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await pullSecret(client, 'team-b', 'pull', { 'reg.example.com': 'granted' });
  await serve(client, 'fraud-dev', 'reg.example.com/x/scorer:1');
  await serve(client, 'fraud-prod', 'reg.example.com/x/scorer:1');
  const stages = { dev: 'fraud-dev', prod: 'fraud-prod' };
  await pipeline(client, 'team-a', stages, { 'reg.example.com/x': { name: 'pull', namespace: 'team-b' } });
  await pipelineWhen(client, 'ReferencesPermitted', 'False', 'RefNotPermitted');
  await gone(client.get(secrets, { namespace: 'fraud-prod', name: projectedName }));

  await client.create(credentialGrants, {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'CredentialGrant',
    metadata: { namespace: 'team-b', name: 'fraud' },
    spec: {
      from: [{ kind: 'Pipeline', namespace: 'team-a', name: 'fraud', stages: ['prod'] }],
      to: [{ kind: 'Secret', name: 'pull', use: ['pull'] }],
    },
  } as CredentialGrant);
  assert.deepEqual(await projected(client, 'fraud-prod', 'granted'), { 'reg.example.com/x/': 'granted' });
  await eventually(async () => {
    const { stages: told = [] } = await pipelineWhen(client, 'ReferencesPermitted', 'False', 'RefNotPermitted');
    assert.equal(told.find(({ name }) => name === 'prod')?.effective?.[0]?.grantedBy, 'team-b/fraud');
    assert.equal(told.find(({ name }) => name === 'dev')?.effective?.[0]?.reason, 'RefNotPermitted');
  });
  await gone(client.get(secrets, { namespace: 'fraud-dev', name: projectedName }));
  const grantWhen = (type: string, wanted: string, reason: string) =>
    eventually(async () => {
      const { status, metadata } = await client.get(credentialGrants, { namespace: 'team-b', name: 'fraud' });
      const condition = findCondition(status?.conditions, type);
      assert.deepEqual([condition?.status, condition?.reason], [wanted, reason]);
      assert.equal(status?.observedGeneration, metadata.generation);
      return { usedBy: status?.usedBy, message: condition?.message };
    });
  await grantWhen('Ready', 'True', 'Ready');
  assert.deepEqual(await grantWhen('InUse', 'True', 'Referred'), {
    usedBy: [{ namespace: 'team-a', name: 'fraud', stages: ['prod'] }],
    message: 'team-a/fraud (prod)',
  });
  await client.delete(secrets, { namespace: 'team-b', name: 'pull' });
  rig.passes(61);
  assert.equal((await grantWhen('Ready', 'False', 'SecretNotFound')).message, 'Secret team-b/pull does not exist');
  await pullSecret(client, 'team-b', 'pull', { 'reg.example.com': 'granted' });
  rig.passes(6);
  await grantWhen('Ready', 'True', 'Ready');
  await projected(client, 'fraud-prod', 'granted');
  await pipeline(client, 'team-a', stages, {});
  assert.equal((await grantWhen('InUse', 'False', 'NotReferred')).usedBy, undefined);
  await pipeline(client, 'team-a', stages, { 'reg.example.com/x': { name: 'pull', namespace: 'team-b' } });
  await grantWhen('InUse', 'True', 'Referred');
  await projected(client, 'fraud-prod', 'granted');
  assert.match(rig.told(), /^serval_operator_reconciles_total\{controller="credential-grant",outcome="done"\} [1-9]/m);

  await client.delete(credentialGrants, { namespace: 'team-b', name: 'fraud' });
  await eventually(() => gone(client.get(secrets, { namespace: 'fraud-prod', name: projectedName })));
});

test('what somebody does to the projected Secret is undone, and what is somebody else’s stays', async (t) => {
  const rig = await start(t);
  const { client } = rig;
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  const taken = { namespace: 'fraud-prod', name: projectedName };
  await pullSecret(client, taken.namespace, taken.name, { 'ghcr.io': 'theirs' });
  await pipeline(client, 'team-a', { dev: 'fraud-dev', prod: 'fraud-prod' }, {});
  await serve(client, 'fraud-dev', 'ghcr.io/acme/scorer:1');
  await serve(client, 'fraud-prod', 'ghcr.io/acme/scorer:1');
  const ours = { namespace: 'fraud-dev', name: projectedName };
  await projected(client, 'fraud-dev', 'platform');
  await pipelineWhen(client, 'Projected', 'False', 'OwnershipConflict');
  assert.deepEqual(await projected(client, 'fraud-prod', 'theirs'), { 'ghcr.io': 'theirs' });

  const good = (await client.get(secrets, ours)).data;
  const edited = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64'), more: 'eA==' };
  await client.patch(secrets, ours, 'merge', { data: edited });
  await eventually(async () => assert.deepEqual((await client.get(secrets, ours)).data, good));
  await client.patch(secrets, ours, 'merge', { data: edited, immutable: true });
  await eventually(async () => {
    const { data, immutable } = await client.get(secrets, ours);
    assert.deepEqual([data, immutable], [good, undefined]);
  });
  await client.delete(secrets, ours);
  await eventually(async () => assert.deepEqual((await client.get(secrets, ours)).data, good));

  await client.delete(secrets, taken);
  await projected(client, 'fraud-prod', 'platform');
  await pipelineWhen(client, 'Ready', 'True');
  await client.delete(inferenceServices, { namespace: 'fraud-prod', name: 'scorer' });
  await client.delete(deployments, { namespace: 'fraud-prod', name: 'scorer-predictor' });
  await eventually(() => gone(client.get(secrets, taken)));
  await staysQuiet(rig);
});

test('a namespace that is missing, or another pipeline’s, is told with its own reason, and the other stages go on', async (t) => {
  const { client } = await start(t);
  await pullSecret(client, 'team-a', 'own', { 'ghcr.io': 'own' });
  await pullSecret(client, 'team-b', 'own', { 'ghcr.io': 'other' });
  await serve(client, 'fraud-dev', 'ghcr.io/acme/scorer:1');
  await pipeline(client, 'team-a', { dev: 'fraud-dev', test: 'missing' }, { 'ghcr.io': { name: 'own' } });
  await pipelineWhen(client, 'StagesAvailable', 'False', 'NamespaceNotFound');
  assert.deepEqual(await projected(client, 'fraud-dev', 'own'), { 'ghcr.io': 'own' });

  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'missing' } });
  await pipelineWhen(client, 'Ready', 'True');
  // Creation is told in seconds: the second one must be the younger.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await pipeline(client, 'team-b', { dev: 'fraud-dev' }, { 'ghcr.io': { name: 'own' } });
  await pipelineWhen(client, 'StagesAvailable', 'False', 'NamespaceConflict', 'team-b');
  assert.deepEqual(await projected(client, 'fraud-dev', 'own'), { 'ghcr.io': 'own' });
  await client.delete(pipelines, { namespace: 'team-a', name: 'fraud' });
  assert.deepEqual(await projected(client, 'fraud-dev', 'other'), { 'ghcr.io': 'other' });
  await pipelineWhen(client, 'Ready', 'True', undefined, 'team-b');
});

test('Pods of services get the Secret after their own, exactly where one of their images needs it', async (t) => {
  const { client } = await start(t);
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });
  await serve(client, 'fraud-dev', 'ghcr.io/acme/scorer:1');
  await projected(client, 'fraud-dev', 'platform');
  const admitted = async (image: string, annotations: Record<string, string> = {}) => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: 'fraud-dev',
        generateName: 'scorer-',
        annotations,
        labels: { 'serving.kserve.io/inferenceservice': 'scorer' },
      },
      spec: { containers: [{ name: 'kserve-container', image }], imagePullSecrets: [{ name: 'own' }] },
    } as Pod;
    return (await client.create(pods, pod)).spec;
  };
  const both = [{ name: 'own' }, { name: projectedName }];
  assert.deepEqual((await admitted('ghcr.io/acme/scorer:1')).imagePullSecrets, both);
  assert.deepEqual((await admitted('quay.io/acme/scorer:1')).imagePullSecrets, [{ name: 'own' }]);
  const source = { 'internal.serving.kserve.io/storage-initializer-sourceuri': 'oci://ghcr.io/acme/model:1' };
  const fetching = await admitted('quay.io/acme/scorer:1', source);
  assert.deepEqual(fetching.imagePullSecrets, both);
  const [initializer] = fetching.initContainers ?? [];
  const path = initializer?.env?.find(({ name }) => name === 'SERVAL_REGISTRY_CONFIGS')?.value ?? '';
  const mount = initializer?.volumeMounts?.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  const volume = fetching.volumes?.find(({ name }) => name === mount?.name);
  assert.equal(volume?.secret?.secretName, projectedName);
  await pipeline(client, 'team-a', { dev: 'fraud-dev' }, {});
  await eventually(async () => {
    const { stages } = await pipelineWhen(client, 'Ready', 'True');
    assert.deepEqual(stages?.[0]?.services, [{ name: 'scorer', ownPullSecrets: ['own'] }]);
  });
  assert.ok(
    !fetching.containers.some(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === mount?.name)),
  );
});

test('nobody borrows rights through the operator: who writes must be allowed to use what is written', async (t) => {
  const { client, clientAs } = await start(t);
  const jane = clientAs('jane');
  const role = async (namespace: string, name: string, rules: readonly object[]) => {
    const metadata = { namespace, name };
    const group = 'rbac.authorization.k8s.io';
    for (const object of [
      { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
      {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: group, kind: 'Role', name },
        subjects: [{ apiGroup: group, kind: 'User', name: 'jane' }],
      },
    ] as AnyObject[]) {
      await client.apply(resourceOf(object), object, { force: true });
    }
  };
  await pullSecret(client, 'team-a', 'own', { 'ghcr.io': 'own' });
  await role('team-a', 'pipelines', [
    { apiGroups: ['platform.serval.dev'], resources: ['pipelines', 'credentialgrants'], verbs: ['*'] },
  ]);
  const write = () => pipeline(jane, 'team-a', { dev: 'fraud-dev' }, { 'ghcr.io': { name: 'own' } });
  await assert.rejects(
    write(),
    /UseDenied: "jane" may not create inferenceservices\.serving\.kserve\.io in namespace fraud-dev, use secrets "own" in namespace team-a/,
  );
  await role('fraud-dev', 'services', [
    { apiGroups: ['serving.kserve.io'], resources: ['inferenceservices'], verbs: ['create'] },
  ]);
  await assert.rejects(write(), /UseDenied: "jane" may not use secrets "own" in namespace team-a$/);
  const grant = {
    apiVersion: 'platform.serval.dev/v1alpha1',
    kind: 'CredentialGrant',
    metadata: { namespace: 'team-a', name: 'lend' },
    spec: {
      from: [{ kind: 'Pipeline', namespace: 'team-b', name: 'x' }],
      to: [{ kind: 'Secret', name: 'own', use: ['pull'] }],
    },
  } as CredentialGrant;
  await assert.rejects(jane.create(credentialGrants, grant), /UseDenied/);
  await role('team-a', 'use', [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['own'], verbs: ['use'] }]);
  await write();
  await jane.create(credentialGrants, grant);
  // To use is not to read.
  await assert.rejects(jane.get(secrets, { namespace: 'team-a', name: 'own' }), (error) =>
    isStatusError(error, 'Forbidden'),
  );
  await client.delete(secrets, { namespace: 'team-a', name: 'own' });
  await role('team-a', 'use', []);
  await jane.patch(pipelines, { namespace: 'team-a', name: 'fraud' }, 'merge', { metadata: { labels: { a: 'b' } } });
  await assert.rejects(
    jane.patch(pipelines, { namespace: 'team-a', name: 'fraud' }, 'merge', {
      spec: {
        stages: [
          { name: 'dev', namespace: 'fraud-dev' },
          { name: 'x', namespace: 'elsewhere' },
        ],
      },
    }),
    /UseDenied/,
  );
});
