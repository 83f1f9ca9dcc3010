import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CredentialGrant,
  credentialGrants,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import type { Client } from '@serval/kube/client';
import { defineResource, findCondition, type KubeObject, namespaces, secrets } from '@serval/kube/objects';
import { underTest } from '../support/api-server.ts';
import { eventually } from '../support/eventually.ts';
import {
  gone,
  pipeline,
  pipelineWhen,
  projected,
  projectedName,
  pullSecret,
  type Rig,
  serve,
  setDefaults,
  start,
  staysQuiet,
} from './pipeline-rig.ts';

const webhookConfigurations = defineResource<KubeObject>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
});

const clusterRoles = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
});

interface ClusterRole extends KubeObject {
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const image = 'ghcr.io/acme/scorer:1';

interface Team {
  readonly team: string;
  readonly dev: string;
  readonly prod: string;
}

/** A team with a pipeline of two stages, a service in each, and a credential of its own. */
async function teamOf(client: Client, name: string): Promise<Team> {
  const team = { team: name, dev: `${name}-dev`, prod: `${name}-prod` };
  for (const each of Object.values(team)) {
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: each } });
  }
  await pullSecret(client, name, 'own', { 'ghcr.io': 'own' });
  await serve(client, team.dev, image);
  await serve(client, team.prod, image);
  await pipeline(client, name, { dev: team.dev, prod: team.prod }, { 'ghcr.io': { name: 'own' } });
  await projected(client, team.dev, 'own');
  await projected(client, team.prod, 'own');
  await pipelineWhen(client, 'Ready', 'True', undefined, name);
  return team;
}

async function isTakenAway({ client }: Rig, ...where: readonly string[]): Promise<void> {
  for (const namespace of where) {
    await eventually(() => gone(client.get(secrets, { namespace, name: projectedName })));
  }
}

async function messageWhen({ client }: Rig, team: string, type: string, reason: string): Promise<string> {
  const { conditions } = await pipelineWhen(client, type, 'False', reason, team);
  return findCondition(conditions, type)?.message ?? '';
}

function dockerSecret(namespace: string, content: string, type = 'kubernetes.io/dockerconfigjson') {
  const key = type === 'Opaque' ? 'config' : '.dockerconfigjson';
  const data = { [key]: Buffer.from(content).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'own' }, type, data };
}

/** Refuses every Secret that is made or changed in a namespace: nobody answers where it is. */
async function refuseSecrets(client: Client, namespace: string): Promise<void> {
  await client.create(webhookConfigurations, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'refuses-secrets' },
    webhooks: [
      {
        name: 'secrets.example.com',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'], operations: ['*'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 1,
        admissionReviewVersions: ['v1'],
      },
    ],
  } as KubeObject);
}

test('what goes wrong with a pipeline’s credentials is told with its own reason, and nothing falls back', async (t) => {
  const rig = await start(t, { credentialNamespaces: ['serval-credentials', 'taken-prod'] });
  const { client, passes } = rig;
  await pullSecret(client, 'serval-credentials', 'ghcr', { 'ghcr.io': 'platform' });
  await setDefaults(client, { 'ghcr.io': 'ghcr' });

  await t.test('a source that is replaced by another of its name is looked at anew', async () => {
    const { team, dev } = await teamOf(client, 'recreated');
    const before = await client.get(secrets, { namespace: team, name: 'own' });
    await client.delete(secrets, { namespace: team, name: 'own' });
    const after = await pullSecret(client, team, 'own', { 'ghcr.io': 'another' });
    assert.notEqual(after.metadata.uid, before.metadata.uid);
    passes(61);
    await projected(client, dev, 'another');
    await eventually(async () => {
      const { stages } = await pipelineWhen(client, 'Ready', 'True', undefined, team);
      assert.equal(stages?.[0]?.effective?.[0]?.sourceRef?.uid, after.metadata.uid);
    });
    await client.delete(secrets, { namespace: team, name: 'own' });
    await client.create(secrets, dockerSecret(team, '{"auths":{"ghcr.io":{"auth":"SENTINEL"}}}'));
    passes(61);
    await messageWhen(rig, team, 'CredentialsResolved', 'MalformedDockerConfig');
    await isTakenAway(rig, dev);
  });

  await t.test('a source of another type, of no docker config, for nothing, and one that is gone', async () => {
    const { team, dev, prod } = await teamOf(client, 'broken');
    type Case = readonly [reason: string, make: () => Promise<unknown>];
    const malformed = (text: string): Case => [
      'MalformedDockerConfig',
      () => client.create(secrets, dockerSecret(team, text)),
    ];
    // Each is told otherwise than the one before.
    const cases: readonly Case[] = [
      ['WrongType', () => client.create(secrets, dockerSecret(team, '{}', 'Opaque'))],
      malformed('{"auths": "SENTINEL"}'),
      ['NoCredentialForMatch', () => pullSecret(client, team, 'own', { 'quay.io': 'own' })],
      // Kubernetes refuses what is no JSON.
      ...(underTest ? [] : [malformed('{"auths": SENTINEL')]),
      ['SecretNotFound', async () => {}],
    ];
    for (const [reason, make] of cases) {
      await client.delete(secrets, { namespace: team, name: 'own' }).catch(() => {});
      await make();
      passes(61);
      assert.match(await messageWhen(rig, team, 'CredentialsResolved', reason), /Secret broken\/own/);
      await isTakenAway(rig, dev, prod);
    }
    await pullSecret(client, team, 'own', { 'ghcr.io': 'again' });
    passes(6);
    await projected(client, dev, 'again');
    const entries = { 'ghcr.io/acme*': { name: 'own' }, 'ghcr.io/ac*e': { name: 'other' } };
    await pullSecret(client, team, 'other', { 'ghcr.io': 'other' });
    await pipeline(client, team, { dev, prod }, entries).catch(() => {});
  });

  await t.test('two entries that say different things of one image give neither', async () => {
    const { team, dev, prod } = await teamOf(client, 'ambiguous');
    await pullSecret(client, team, 'one', { '*.example.com': 'one' });
    await pullSecret(client, team, 'two', { 'reg.*.com': 'two' });
    await pipeline(
      client,
      team,
      { dev, prod },
      { 'ghcr.io': { name: 'own' }, 'reg.*.com': { name: 'one' }, '*.example.com': { name: 'two' } },
    );
    await messageWhen(rig, team, 'CredentialsResolved', 'AmbiguousMatch');
    assert.deepEqual(Object.keys(await projected(client, dev, 'own')), ['ghcr.io']);
  });

  await t.test('credentials that no Secret can hold take the former ones away', async () => {
    const { team, dev, prod } = await teamOf(client, 'large');
    for (const name of ['one', 'two']) {
      const auths = { [`${name}.example.com`]: { username: name, password: 'x'.repeat(420_000) } };
      const secret = dockerSecret(team, JSON.stringify({ auths }));
      await client.create(secrets, { ...secret, metadata: { namespace: team, name } });
    }
    await pipeline(
      client,
      team,
      { dev, prod },
      { 'ghcr.io': { name: 'own' }, 'one.example.com': { name: 'one' }, 'two.example.com': { name: 'two' } },
    );
    const message = await messageWhen(rig, team, 'Projected', 'TooLarge');
    assert.match(message, /the credentials for large-dev are over 1048576 bytes together/);
    await isTakenAway(rig, dev, prod);
  });

  await t.test('a namespace that is going is told, and the other stage goes on', async () => {
    const { team, dev, prod } = await teamOf(client, 'going');
    await client.delete(namespaces, { namespace: '', name: prod });
    const message = await messageWhen(rig, team, 'StagesAvailable', 'NamespaceTerminating');
    assert.equal(message, `namespace ${prod} is being deleted`);
    await pullSecret(client, team, 'own', { 'ghcr.io': 'rotated' });
    passes(61);
    await projected(client, dev, 'rotated');
  });

  await t.test('namespaces of the system and of the platform are refused', async () => {
    const stage = (namespace: string) => pipeline(client, 'team-a', { dev: namespace }, {});
    // API servers tell the type of a value in the place of a value that a rule refuses.
    await assert.rejects(stage('kube-system'), /a namespace of the system: those start with kube-/);
    for (const namespace of ['serval-system', 'serval-credentials']) {
      await assert.rejects(stage(namespace), new RegExp(namespace));
    }
  });

  await t.test('a stage whose namespace becomes that of the platform’s credentials loses it', async () => {
    const { team, dev, prod } = await teamOf(client, 'taken');
    await pullSecret(client, prod, 'ghcr', { 'ghcr.io': 'moved' });
    const change = (credentialNamespace: string | null) =>
      client.patch(platformDefaults, { namespace: '', name: 'default' }, 'merge', {
        spec: { credentialNamespace },
      } as Partial<PlatformDefaults>);
    await change(prod);
    await messageWhen(rig, team, 'StagesAvailable', 'NamespaceReserved');
    assert.deepEqual(await projected(client, dev, 'own'), { 'ghcr.io': 'own' });
    await projected(client, prod, 'moved');
    await change(null);
    await pipelineWhen(client, 'Ready', 'True', undefined, team);
    assert.deepEqual(await projected(client, prod, 'own'), { 'ghcr.io': 'own' });
  });

  await t.test('a namespace that refuses the Secret is told and tried again, and holds up no other', async () => {
    const { team, dev, prod } = await teamOf(client, 'refusing');
    await refuseSecrets(client, prod);
    await pullSecret(client, team, 'own', { 'ghcr.io': 'rotated' });
    passes(61);
    await projected(client, dev, 'rotated');
    const message = await messageWhen(rig, team, 'Projected', 'WriteRefused');
    assert.equal(
      message,
      `Secret ${prod}/${projectedName} cannot be written: the API server answered 500 InternalError (webhook secrets.example.com); it is tried again`,
    );
    assert.deepEqual(await projected(client, prod, 'own'), { 'ghcr.io': 'own' });
    await client.delete(webhookConfigurations, { namespace: '', name: 'refuses-secrets' });
    const time = setInterval(() => passes(30), 100);
    await projected(client, prod, 'rotated').finally(() => clearInterval(time));
    await pipelineWhen(client, 'Ready', 'True', undefined, team);
  });

  await t.test('what the operator may not read any more is taken away, and comes back with the right', async () => {
    const { team, dev, prod } = await teamOf(client, 'forbidden');
    const place = { namespace: '', name: 'serval-operator' };
    const { rules } = await client.get(clusterRoles, place);
    const without = rules.map((rule) => {
      const isMeant = rule.verbs.join() === 'get' && rule.resources.includes('secrets');
      return isMeant ? { ...rule, resources: rule.resources.filter((resource) => resource !== 'secrets') } : rule;
    });
    assert.notDeepEqual(without, rules);
    await client.patch(clusterRoles, place, 'merge', { rules: without });
    passes(61);
    const message = await messageWhen(rig, team, 'CredentialsResolved', 'SecretForbidden');
    assert.equal(message, 'the operator may not read Secret forbidden/own');
    await isTakenAway(rig, dev, prod);
    await client.patch(clusterRoles, place, 'merge', { rules });
    const time = setInterval(() => passes(6), 500);
    await projected(client, dev, 'own').finally(() => clearInterval(time));
    await pipelineWhen(client, 'Ready', 'True', undefined, team);
  });

  await t.test('with all of these, nothing is written at rest, and nothing secret was told', async () => {
    await client.create(credentialGrants, {
      apiVersion: 'platform.serval.dev/v1alpha1',
      kind: 'CredentialGrant',
      metadata: { namespace: 'team-b', name: 'lend' },
      spec: {
        from: [{ kind: 'Pipeline', namespace: 'refusing', name: 'fraud' }],
        to: [{ kind: 'Secret', name: 'missing', use: ['pull', 'read'] }],
      },
    } as CredentialGrant);
    await eventually(async () => {
      const { status } = await client.get(credentialGrants, { namespace: 'team-b', name: 'lend' });
      assert.equal(findCondition(status?.conditions, 'Ready')?.reason, 'SecretNotFound');
    });
    await staysQuiet(rig);
    assert.doesNotMatch(rig.told(), /SENTINEL/);
    assert.doesNotMatch(JSON.stringify(await client.list(pipelines, {})), /SENTINEL/);
  });
});
