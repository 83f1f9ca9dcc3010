import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStorageScope, scopeContains } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { parseServingConfig } from '../config/parse-config.ts';
import type { GivenStorage } from './given-storage.ts';
import { resolveDelivery } from './resolve-delivery.ts';
import type { StorageRequest } from './storage-request.ts';

interface Case {
  readonly rule: string;
  readonly uris: readonly string[];
  /** By address: the id of what is given for it, or `!` where it cannot be had. */
  readonly given?: Readonly<Record<string, string>>;
  readonly account?: object;
  /** Keys of the Secret that the account names. */
  readonly secret?: readonly string[];
  readonly annotations?: Record<string, string>;
  /** Names of the initializer's variables that have a value of the stage, `ID`, or of the account's Secret, `own`. */
  readonly gets?: string;
  readonly refused?: RegExp;
}

const s3Keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const named = { secrets: [{ name: 'own' }] };

const cases: readonly Case[] = [
  { rule: 'nobody has a word on it', uris: ['s3://a/x'], given: { 's3://b': 'b' }, gets: '' },
  { rule: 'the stage has', uris: ['s3://a/x'], given: { 's3://a': 'a' }, gets: 's3=a' },
  {
    rule: 'the account has a Secret for the kind of store',
    uris: ['s3://a/x'],
    given: { 's3://a': 'a' },
    account: named,
    secret: s3Keys,
    gets: 'AWS_ACCESS_KEY_ID=own AWS_SECRET_ACCESS_KEY=own',
  },
  {
    rule: 'the account has a Secret for another kind of store',
    uris: ['s3://a/x'],
    given: { 's3://a': 'a' },
    account: named,
    secret: ['HF_TOKEN'],
    gets: 'HF_TOKEN=own s3=a',
  },
  {
    rule: 'the account has what the stage cannot give',
    uris: ['s3://a/x'],
    given: { 's3://a': '!' },
    account: named,
    secret: s3Keys,
    gets: 'AWS_ACCESS_KEY_ID=own AWS_SECRET_ACCESS_KEY=own',
  },
  {
    rule: 'an annotation names a Secret',
    uris: ['s3://a/x'],
    given: { 's3://a': 'a' },
    annotations: { 'serving.kserve.io/storageSecretName': 'own' },
    secret: s3Keys,
    gets: 'AWS_ACCESS_KEY_ID=own AWS_SECRET_ACCESS_KEY=own',
  },
  {
    rule: 'a role at Amazon is for S3',
    uris: ['s3://a/x'],
    given: { 's3://a': 'a' },
    account: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn' } } },
    gets: '',
  },
  {
    rule: 'a role at Amazon is for nothing else',
    uris: ['gs://a/x'],
    given: { 'gs://a': 'a' },
    account: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn' } } },
    gets: 'gs=a',
  },
  {
    rule: 'an account at Google is for its buckets',
    uris: ['gs://a/x'],
    given: { 'gs://a': 'a' },
    account: { metadata: { annotations: { 'iam.gke.io/gcp-service-account': 'x@y' } } },
    gets: '',
  },
  {
    rule: 'an identity at Azure is for its accounts',
    uris: ['https://models.blob.core.windows.net/c/x'],
    given: { 'https://models.blob.core.windows.net': 'a' },
    account: { metadata: { annotations: { 'azure.workload.identity/client-id': 'x' } } },
    gets: '',
  },
  {
    rule: 'an address with a password opens by itself',
    uris: ['https://u:hunter2@a.io/x'],
    given: { 'https://a.io': 'a' },
    gets: '',
  },
  {
    rule: 'a signed address opens by itself',
    uris: ['https://a.io/x?X-Amz-Date=1&X-Amz-Signature=hunter2'],
    given: { 'https://a.io': 'a' },
    gets: '',
  },
  {
    rule: 'a query alone opens nothing',
    uris: ['https://a.io/x?file=m'],
    given: { 'https://a.io': 'a' },
    gets: 'http=a',
  },
  {
    rule: 'what is meant and cannot be had',
    uris: ['s3://a/x'],
    given: { 's3://a': '!' },
    refused: /^s3:\/\/a\/x cannot be read: Gone$/,
  },
  {
    rule: 'two of one store with one credential',
    uris: ['s3://a/x', 's3://a/y'],
    given: { 's3://a': 'a' },
    gets: 's3=a',
  },
  {
    rule: 'two of one kind with two credentials',
    uris: ['s3://a/x', 's3://b/x'],
    given: { 's3://a': 'a', 's3://b': 'b' },
    refused: /^s3:\/\/a\/x and s3:\/\/b\/x are not read with the same credential/,
  },
  {
    rule: 'one with a credential and one of the same kind without',
    uris: ['s3://a/m', 's3://a/other'],
    given: { 's3://a/m': 'a' },
    refused: /^s3:\/\/a\/m and s3:\/\/a\/other are not read with the same credential/,
  },
  {
    rule: 'two kinds with a credential each',
    uris: ['s3://a/x', 'gs://b/x'],
    given: { 's3://a': 'a', 'gs://b': 'b' },
    gets: 'gs=b s3=a',
  },
  { rule: 'a claim needs none', uris: ['pvc://claim/x'], given: { 's3://a': '!' }, gets: '' },
  {
    rule: 'a claim beside a bucket',
    uris: ['pvc://claim/x', 's3://a/x'],
    given: { 's3://a': 'a' },
    gets: 's3=a',
  },
];

for (const { rule, uris, given = {}, account, secret, annotations = {}, gets, refused } of cases) {
  test(rule, async () => {
    const request: StorageRequest = {
      namespace: 'team',
      serviceAccountName: 'default',
      annotations,
      sources: uris.map((uri, index) => ({ uri, mountPath: `/mnt/models/${index}` })),
      listed: uris.length > 1,
    };
    const context = {
      config: parseServingConfig(undefined),
      home: 'serval-system',
      storageContainers: [],
      now: new Date('2026-01-01T00:00:00Z'),
      given: givenOf(given),
    };
    const objects: Readonly<Record<string, object | undefined>> = {
      ServiceAccount: account,
      Secret: secret && {
        metadata: { namespace: 'team', name: 'own' },
        data: Object.fromEntries(secret.map((key) => [key, 'aHVudGVyMg=='])),
      },
    };
    const decision = await resolveDelivery(
      request,
      context,
      async ({ kind }) => {
        const found = objects[kind];
        return found && ({ metadata: { namespace: 'team', name: 'x' }, ...found } as KubeObject);
      },
      new AbortController().signal,
    );
    assert.doesNotMatch(JSON.stringify(decision).replace(uris.join(), ''), refused ? /hunter2/ : /aHVudGVy/);
    if (refused) {
      assert.ok(decision.state === 'refused');
      assert.match(decision.problems.join('; '), refused);
      return;
    }
    assert.ok(decision.state === 'delivered', JSON.stringify(decision));
    const told = decision.delivery.env.map(({ name, valueFrom }) => `${name}=${valueFrom?.secretKeyRef?.name ?? ''}`);
    assert.equal(told.sort().join(' '), gets);
  });
}

test('an entry of the storage Secret is the service’s own choice', async () => {
  const request: StorageRequest = {
    namespace: 'team',
    serviceAccountName: 'default',
    annotations: {},
    sources: [{ uri: 's3://a/x', mountPath: '/mnt/models' }],
    listed: false,
    entry: { key: '', parameters: { type: 's3', bucket: 'a' } },
  };
  const context = {
    config: parseServingConfig(undefined),
    home: 'serval-system',
    storageContainers: [],
    now: new Date(),
    given: givenOf({ 's3://a': '!' }),
  };
  const decision = await resolveDelivery(request, context, async () => undefined, new AbortController().signal);
  assert.equal(decision.state, 'delivered');
});

test('certificates that a credential names are trusted where the Pods are, and must be there', async () => {
  const request: StorageRequest = {
    namespace: 'team',
    serviceAccountName: 'default',
    annotations: {},
    sources: [{ uri: 's3://a/x', mountPath: '/mnt/models' }],
    listed: false,
  };
  const certificates = { configMap: 'minio-ca', saidBy: 'Secret platform/s3, field cabundle_configmap' };
  const given: GivenStorage = () => ({ state: 'given', id: 'a', part: { store: 's3', certificates } });
  const config = parseServingConfig(undefined);
  const context = { config, home: 'serval-system', storageContainers: [], now: new Date(), given };
  const asked: string[] = [];
  const decision = await resolveDelivery(
    request,
    context,
    async ({ kind, namespace, name }) => void asked.push(`${kind} ${namespace}/${name}`),
    new AbortController().signal,
  );
  assert.ok(asked.includes('ConfigMap team/minio-ca'));
  assert.ok(decision.state === 'refused');
  assert.match(decision.problems.join(), /^ConfigMap team\/minio-ca does not exist; Secret platform\/s3, field cab/);
});

/** The variable is called as the kind of store. */
function givenOf(entries: Readonly<Record<string, string>>): GivenStorage {
  return (address) => {
    const found = Object.entries(entries).find(([match]) => {
      const scope = parseStorageScope(match);
      return scope && scopeContains(scope, address);
    });
    if (!found) return { state: 'nothing' };
    const [, id] = found;
    if (id === '!') return { state: 'refused', problem: 'Gone' };
    const env = [{ name: address.kind, valueFrom: { secretKeyRef: { name: id, key: 'k' } } }];
    return { state: 'given', id, part: { store: address.kind, env } };
  };
}
