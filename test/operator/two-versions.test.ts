import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lostInConversionAnnotation } from '@serval/api';
import type { Client } from '@serval/kube/client';
import { defineResource, isStatusError, type KubeObject } from '@serval/kube/objects';
import { eventually } from '../support/eventually.ts';
import { startTestPlatform } from './support.ts';

type Fields = Record<string, unknown>;
type Llm = KubeObject & { spec: Fields; status?: Fields };
const versioned = (version: string) =>
  defineResource<Llm>({
    group: 'serving.kserve.io',
    version,
    plural: 'llminferenceservices',
    kind: 'LLMInferenceService',
    namespaced: true,
  });
const [older, hub] = [versioned('v1alpha1'), versioned('v1alpha2')];
const namespace = 'default';
const llama = { namespace, name: 'llama' };
const cache = { cpu: '8Gi', evictionPolicy: 'arc' };
const pool = { selector: { app: 'llama' }, targetPortNumber: 8000, extensionRef: { name: 'picker', portNumber: 9002 } };
const hubPool = {
  selector: { matchLabels: { app: 'llama' } },
  targetPorts: [{ number: 8000 }],
  appProtocol: 'http',
  endpointPickerRef: { group: '', kind: 'Service', name: 'picker', port: { number: 9002 }, failureMode: 'FailClose' },
};

function llm(version: string, spec: Fields, metadata: Fields = {}): Llm {
  const model = { uri: 'hf://a/b', name: 'llama', ...(spec['model'] as Fields | undefined) };
  return {
    apiVersion: `serving.kserve.io/${version}`,
    kind: 'LLMInferenceService',
    metadata: { ...llama, ...metadata },
    spec: { ...spec, model },
  } as Llm;
}
const older1 = () =>
  llm('v1alpha1', { replicas: 2, model: { criticality: 'Critical' }, router: { scheduler: { pool: { spec: pool } } } });
const annotationsOf = ({ metadata }: KubeObject) => metadata.annotations ?? {};
const poolOf = ({ spec }: Llm) => (spec['router'] as { scheduler: { pool: { spec: Fields } } }).scheduler.pool.spec;

/** What the stored version has that the older one has no place for. */
async function startWithHidden(client: Client): Promise<void> {
  await client.create(older, older1());
  await client.patch(hub, llama, 'merge', { spec: { kvCacheOffloading: cache } });
}

async function assertNothingLost(client: Client): Promise<Llm> {
  const stored = await client.get(hub, llama);
  assert.deepEqual(stored.spec['kvCacheOffloading'], cache);
  assert.deepEqual(poolOf(stored), hubPool);
  assert.equal(annotationsOf(stored)['internal.serving.kserve.io/model-criticality'], 'Critical');
  assert.equal(annotationsOf(stored)[lostInConversionAnnotation], undefined);
  return stored;
}

test('an object of the older version is the same after the newer one was edited', async (t) => {
  const { client } = await startTestPlatform(t);
  await startWithHidden(client);
  await assertNothingLost(client);
  const told = await client.get(older, llama);
  assert.equal(told.spec['kvCacheOffloading'], undefined);
  assert.equal((told.spec['model'] as Fields)['criticality'], 'Critical');
  // Defaults that the stored version wrote are there in this one too.
  const extensionRef = { ...pool.extensionRef, group: '', kind: 'Service', failureMode: 'FailClose' };
  assert.deepEqual(poolOf(told), { ...pool, extensionRef });
  assert.deepEqual(Object.keys(annotationsOf(told)), [lostInConversionAnnotation]);
});

const writes: [how: string, write: (client: Client) => Promise<unknown>][] = [
  ['a merge patch', (client) => client.patch(older, llama, 'merge', { spec: { replicas: 5 } })],
  [
    'a JSON patch',
    (client) => client.patch(older, llama, 'json', [{ op: 'replace', path: '/spec/replicas', value: 5 }]),
  ],
  [
    'read, change, write',
    async (client) => {
      const told = await client.get(older, llama);
      await client.update(older, { ...told, spec: { ...told.spec, replicas: 5 } });
    },
  ],
  [
    'server-side apply of the whole manifest',
    (client) => client.apply(older, { ...older1(), spec: { ...older1().spec, replicas: 5 } }, { force: true }),
  ],
  [
    'server-side apply of one field',
    (client) =>
      client.apply(older, { ...llm('v1alpha1', {}), spec: { replicas: 5 } } as Llm, {
        force: true,
        fieldManager: 'scaler',
      }),
  ],
];
for (const [how, write] of writes) {
  test(`${how} in the older version loses nothing`, async (t) => {
    const { client } = await startTestPlatform(t);
    await startWithHidden(client);
    await write(client);
    const stored = await assertNothingLost(client);
    assert.equal(stored.spec['replicas'], 5);
    // Once more, and nothing is written.
    await write(client).catch((error) => assert.ok(isStatusError(error, 'Conflict')));
    assert.equal((await client.get(hub, llama)).metadata.generation, stored.metadata.generation);
  });
}

test('a status that is written in the older version keeps what it does not show', async (t) => {
  const { client } = await startTestPlatform(t);
  await startWithHidden(client);
  const workloads = { primary: { kind: 'Deployment', name: 'llama' } };
  await client.patch(hub, llama, 'merge', { status: { workloads } }, { subresource: 'status' });
  await client.patch(older, llama, 'merge', { status: { url: 'https://llama' } }, { subresource: 'status' });
  const { status } = await assertNothingLost(client);
  assert.deepEqual(status, { url: 'https://llama', workloads });
});

test('managers of both versions keep their fields, each in the version that they wrote', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.apply(older, older1(), { fieldManager: 'gitops' });
  await client.apply(hub, { ...llm('v1alpha2', {}), spec: { kvCacheOffloading: cache } } as Llm, {
    fieldManager: 'tuner',
  });
  await client.apply(older, { ...older1(), spec: { ...older1().spec, replicas: 5 } }, { fieldManager: 'gitops' });
  const { metadata } = await assertNothingLost(client);
  const managers = metadata.managedFields?.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`).sort();
  assert.deepEqual(managers, ['gitops serving.kserve.io/v1alpha1', 'tuner serving.kserve.io/v1alpha2']);
  // What its manager leaves out goes, through the other version too.
  const { router: _, ...less } = older1().spec;
  await client.apply(older, { ...older1(), spec: less }, { fieldManager: 'gitops' });
  const stored = await client.get(hub, llama);
  assert.equal(stored.spec['router'], undefined);
  assert.deepEqual(stored.spec['kvCacheOffloading'], cache);
  await assert.rejects(
    client.apply(hub, { ...llm('v1alpha2', {}), spec: { replicas: 9 } } as Llm, { fieldManager: 'tuner' }),
    (error) => isStatusError(error, 'Conflict') && /gitops/.test(error.message),
  );
});

test('lists and watches tell many objects in the version that is asked for', async (t) => {
  const { client } = await startTestPlatform(t);
  const names = Array.from({ length: 30 }, (_, index) => `llama-${index}`);
  await Promise.all(
    names.map((name, i) =>
      client.create([older, hub][i % 2] as typeof older, llm(i % 2 ? 'v1alpha2' : 'v1alpha1', {}, { name })),
    ),
  );
  const stopping = new AbortController();
  t.after(() => stopping.abort());
  for (const resource of [older, hub]) {
    const { items } = await client.list(resource, { namespace });
    assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), [...names].sort());
    for (const { apiVersion } of items) assert.equal(apiVersion, `serving.kserve.io/${resource.version}`);
  }
  const { metadata } = await client.list(older, { namespace });
  const seen: string[] = [];
  const resourceVersion = metadata?.resourceVersion ?? '';
  const watching = (async () => {
    for await (const { object } of client.watch(older, { namespace, resourceVersion, signal: stopping.signal })) {
      seen.push(`${object.apiVersion} ${object.metadata.name} ${(object as Llm).spec['replicas']}`);
    }
  })().catch(() => undefined);
  await Promise.all(names.map((name) => client.patch(hub, { ...llama, name }, 'merge', { spec: { replicas: 7 } })));
  const wanted = names.map((name) => `serving.kserve.io/v1alpha1 ${name} 7`).sort();
  await eventually(async () => assert.deepEqual([...seen].sort(), wanted));
  stopping.abort();
  await watching;
});

test('typing errors are told with the paths of the version that was written', async (t) => {
  const { client } = await startTestPlatform(t);
  const object = llm('v1alpha1', { router: { scheduler: { pool: { spec: { ...pool, targetPort: 1 } } } } });
  await assert.rejects(
    client.create(older, object, { fieldValidation: 'Strict' }),
    (error) =>
      isStatusError(error, 'BadRequest') && /spec\.router\.scheduler\.pool\.spec\.targetPort"/.test(error.message),
  );
  const wrong = llm('v1alpha1', { worker: { containers: [{ name: 'main' }] } });
  await assert.rejects(
    client.create(older, wrong),
    (error) => isStatusError(error, 'Invalid') && /spec\.parallelism/.test(error.message),
  );
});

test('an object that cannot be told in the older version is named, and read in the stored one', async (t) => {
  const { client } = await startTestPlatform(t);
  const pvc = { spec: { storageClassName: 'x'.repeat(270_000) } };
  const secondary = [{ fileSystem: { pvc } }];
  await client.create(hub, llm('v1alpha2', { kvCacheOffloading: { cpu: '1Gi', secondary } }));
  const refused = /LLMInferenceService default\/llama .*the annotations to 27\d{4} bytes, and 262144 is the most/;
  for (const read of [() => client.get(older, llama), () => client.list(older, { namespace })]) {
    await assert.rejects(read, (error) => isStatusError(error, 'InternalError') && refused.test(error.message));
  }
  assert.equal((await client.get(hub, llama)).metadata.name, 'llama');
});

test('what is stored is asked for in neither version when it is gone', async (t) => {
  const { client } = await startTestPlatform(t);
  await client.create(older, older1());
  const path = '/apis/serving.kserve.io/v1alpha2/namespaces/default/llminferenceservices/llama';
  const response = await client.request({ method: 'DELETE', path });
  assert.equal(response.status, 200);
  await assert.rejects(client.get(older, llama), (error) => isStatusError(error, 'NotFound'));
});
