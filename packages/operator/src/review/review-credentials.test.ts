import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CredentialGrant, Pipeline, PlatformDefaults, Promotion } from '@serval/api';
import { createObjectStore } from '@serval/kube/client';
import type { KubeObject, Secret } from '@serval/kube/objects';
import { defaultServingConfig } from '../config/serving-config.ts';
import { createNamespaceCredentials, pipelineIndexes } from '../pipeline/namespace-credentials.ts';
import { reviewNamespaceOf } from './names.ts';
import { renderReviewNamespace } from './review-namespace.ts';

const entry = (match: string, name: string) => ({ match, secretRef: { name } });
const promotion = {
  metadata: { namespace: 'team', name: 'look', uid: 'l', creationTimestamp: '2030-01-01T00:00:00Z' },
};
const plain = {
  metadata: { namespace: 'team', name: 'fraud', uid: 'p', creationTimestamp: '2030-01-01T00:00:00Z' },
  spec: {
    stages: [{ name: 'prod', namespace: 'fraud-prod', registryCredentials: { entries: [entry('quay.io', 'prod')] } }],
    registryCredentials: { entries: [entry('ghcr.io', 'pipeline')] },
    review: {},
  },
} as unknown as Pipeline;
const namespace = reviewNamespaceOf(plain, 'l');
const made = renderReviewNamespace(plain, promotion as Promotion, undefined);
const record = { namespace, uid: 'n', promotion: 'look' };

function secret(space: string, name: string, hosts: readonly string[]): Secret {
  const auths = Object.fromEntries(hosts.map((host) => [host, { username: name, password: 'p' }]));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: space, name, uid: name, resourceVersion: '1' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  } as Secret;
}

const secrets = [
  secret('serval-credentials', 'platform', ['ghcr.io', 'docker.io']),
  secret('team', 'pipeline', ['ghcr.io']),
  secret('team', 'prod', ['quay.io']),
  secret('team', 'review', ['ghcr.io']),
];

/** Keys that hold in a namespace, with the user of each. */
async function keysIn(where: string, pipeline: Pipeline | undefined, live: object | undefined) {
  const store = <T extends KubeObject>(objects: readonly object[], indexes = {}) => {
    const all = createObjectStore<T>(indexes);
    for (const object of objects) all.put({ type: 'added', object: object as T });
    return all;
  };
  const defaults = {
    metadata: { name: 'default' },
    spec: { registryCredentials: { entries: [entry('ghcr.io', 'platform'), entry('docker.io', 'platform')] } },
  };
  const credentials = createNamespaceCredentials({
    caches: {
      defaults: store<PlatformDefaults>([defaults]),
      pipelines: store<Pipeline>(pipeline ? [pipeline] : [], pipelineIndexes),
      grants: store<CredentialGrant>([]),
      namespaces: store<KubeObject>([{ metadata: { name: 'fraud-prod' } }, ...(live ? [live] : [])]),
    },
    config: { current: () => defaultServingConfig },
    read: async ({ namespace: space, name }: { namespace: string; name: string }) =>
      secrets.find(({ metadata }) => metadata.namespace === space && metadata.name === name),
    home: 'serval-system',
    metrics: undefined,
  } as unknown as Parameters<typeof createNamespaceCredentials>[0]);
  const { resolution } = await credentials.of(where, new AbortController().signal);
  return resolution.effective.map(({ key, credential }) => `${key} ${credential.username}`);
}

const live = { ...made, metadata: { ...made.metadata, uid: 'n' } };
const going = { ...live, metadata: { ...live.metadata, deletionTimestamp: '2030-01-01T00:00:00Z' } };
const withRecord = (pipeline: Pipeline, uid = 'n'): Pipeline => ({
  ...pipeline,
  status: { reviews: [{ ...record, uid }] },
});
const own = {
  ...plain,
  spec: { ...plain.spec, review: { registryCredentials: { entries: [entry('ghcr.io', 'review')] } } },
};

test('stages beside an environment have what they have', async () => {
  const keys = ['docker.io platform', 'ghcr.io pipeline', 'quay.io prod'];
  assert.deepEqual(await keysIn('fraud-prod', withRecord(plain as Pipeline), live), keys);
});

test('an environment has what spec.review names, and nothing that others have', async () => {
  assert.deepEqual(await keysIn(namespace, withRecord(own as Pipeline), live), ['ghcr.io review']);
  assert.deepEqual(await keysIn(namespace, withRecord(plain), live), []);
});

for (const [title, pipeline, there] of [
  ['is not recorded yet', own as Pipeline, live],
  ['goes', withRecord(own as Pipeline), going],
  ['is another one than was recorded', withRecord(own as Pipeline, 'other'), live],
  ['has lost its pipeline', undefined, live],
  [
    'belongs to a pipeline that goes',
    { ...withRecord(own as Pipeline), metadata: { ...own.metadata, deletionTimestamp: 'x' } },
    live,
  ],
] as const) {
  test(`an environment that ${title} has nothing, nor what the platform gives others`, async () => {
    assert.deepEqual(await keysIn(namespace, pipeline as Pipeline | undefined, there), []);
  });
}

test('a record alone makes no environment of a namespace', async () => {
  const forged = { ...own, status: { reviews: [{ namespace: 'payments', uid: 'x', promotion: 'look' }] } };
  const keys = await keysIn('payments', forged as Pipeline, { metadata: { name: 'payments', uid: 'x' } });
  assert.deepEqual(keys, ['docker.io platform', 'ghcr.io platform']);
});
