import assert from 'node:assert/strict';
import {
  type CredentialGrant,
  credentialGrants,
  defaultCredentialNamespace,
  type Pipeline,
  type PlatformDefaults,
  pipelines,
  platformDefaults,
} from '@serval/api';
import { type AnyObject, isStatusError, secrets } from '@serval/kube/objects';
import { credentialAccessObjects } from '@serval/operator/declarations';
import { eventually } from '../../support/eventually.ts';
import type { Life } from './life.ts';

/** The platform's credentials come into the namespace of the service, are kept as they should be, and go. */
export async function pullAndReadByPlatform({ client, resourceOf, home, namespace }: Life): Promise<void> {
  for (const object of credentialAccessObjects(defaultCredentialNamespace, home)) {
    await client.apply(await resourceOf(object), object as AnyObject, { force: true });
  }
  const auths = { 'docker.io': { username: 'u', password: 'p' } };
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: defaultCredentialNamespace, name: 'hub' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  });
  const apiVersion = 'platform.serval.dev/v1alpha1';
  const entries = [{ match: 'docker.io', secretRef: { name: 'hub' } }];
  await client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: defaultCredentialNamespace, name: 's3' },
    data: { AWS_ACCESS_KEY_ID: 'eA==', AWS_SECRET_ACCESS_KEY: 'eA==' },
  });
  const stores = [{ match: 's3://models', secretRef: { name: 's3' } }];
  const spec = { registryCredentials: { entries }, storageCredentials: { entries: stores } };
  const defaults = { apiVersion, kind: 'PlatformDefaults', metadata: { name: 'default' }, spec } as PlatformDefaults;
  await client.create(platformDefaults, defaults);
  const projected = ['serval-pull-credentials', 'serval-storage-credentials'].map((name) => ({ namespace, name }));
  for (const place of projected) {
    await eventually(() => client.get(secrets, place));
    await client.patch(secrets, place, 'merge', { data: { more: 'eA==' } });
    await eventually(async () => assert.equal((await client.get(secrets, place)).data?.['more'], undefined));
  }

  const stages = [{ name: 'only', namespace }];
  const pipeline = {
    apiVersion,
    kind: 'Pipeline',
    metadata: { namespace, name: 'only' },
    spec: { stages },
  } as Pipeline;
  await client.create(pipelines, pipeline);
  await eventually(async () => {
    const { status } = await client.get(pipelines, { namespace, name: 'only' });
    assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True', JSON.stringify(status));
  });
  const lent = { namespace: defaultCredentialNamespace, name: 'lent' };
  await client.create(credentialGrants, {
    apiVersion,
    kind: 'CredentialGrant',
    metadata: lent,
    spec: {
      from: [{ kind: 'Pipeline', namespace, name: 'only' }],
      to: [{ kind: 'Secret', name: 'hub', use: ['pull'] }],
    },
  } as CredentialGrant);
  await eventually(async () => {
    const { status } = await client.get(credentialGrants, lent);
    assert.equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True', JSON.stringify(status));
  });
  await client.delete(credentialGrants, lent);
  await client.delete(pipelines, { namespace, name: 'only' });
  await client.delete(platformDefaults, { name: 'default' });
  for (const place of projected) {
    await eventually(async () => {
      await assert.rejects(client.get(secrets, place), (error) => isStatusError(error, 'NotFound'));
    });
  }
}
