import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '@serval/kube/objects';
import { startTestEngine } from '../testing.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const cats = '/apis/pets.io/v1/namespaces/default/cats';

const version = {
  name: 'v1',
  served: true,
  storage: true,
  subresources: { status: {}, scale: { specReplicasPath: '.spec.lives', statusReplicasPath: '.status.lives' } },
  additionalPrinterColumns: [
    { name: 'Lives', type: 'integer', jsonPath: '.spec.lives' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, lives: { type: 'integer', default: 9, minimum: 0 } },
        },
        status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
};

function definition(changes: object = {}) {
  return {
    metadata: { name: 'cats.pets.io' },
    spec: {
      group: 'pets.io',
      scope: 'Namespaced',
      names: { plural: 'cats', kind: 'Cat', shortNames: ['kitty'], categories: ['all'] },
      versions: [version],
      ...changes,
    },
  };
}

test('a definition serves its kind at once: pruned, defaulted, validated, with status, scale and columns', async (t) => {
  const { ok, call } = await startTestEngine(t);
  assert.equal((await call('GET', cats)).status, 404);
  const stored = await ok('POST', definitions, definition());
  const conditions = stored['status'].conditions.map(
    ({ type, status }: { type: string; status: string }) => `${type}=${status}`,
  );
  assert.deepEqual(conditions, ['NamesAccepted=True', 'Established=True']);
  const cat = await ok('POST', cats, { metadata: { name: 'tom' }, spec: { name: 'Tom', tail: 1 }, status: { x: 1 } });
  assert.deepEqual(cat['spec'], { name: 'Tom', lives: 9 });
  assert.equal(cat['status'], undefined);
  assert.equal(cat.metadata.generation, 1);
  const bad = await call('POST', cats, { metadata: { name: 'b' }, spec: { lives: -1 } });
  assert.deepEqual(bad.body.details.causes.map(({ field }: { field: string }) => field).sort(), [
    'spec.lives',
    'spec.name',
  ]);
  assert.equal((await ok('PATCH', `${cats}/tom/scale`, { spec: { replicas: 7 } }))['spec'].replicas, 7);
  await ok('PATCH', `${cats}/tom/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  const table = await ok('GET', cats, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.deepEqual(table['rows'][0].cells, ['tom', 7, 'True']);
  const {
    metadata: { resourceVersion: _, ...metadata },
    ...rest
  } = await ok('GET', `${cats}/tom`);
  assert.equal((await call('PUT', `${cats}/tom`, { ...rest, metadata })).status, 422);
  const strategic = await call(
    'PATCH',
    `${cats}/tom`,
    {},
    { 'content-type': 'application/strategic-merge-patch+json' },
  );
  assert.equal(strategic.status, 415);
});

test('definitions that cannot be served are refused, or not established', async (t) => {
  const { call, ok } = await startTestEngine(t);
  const misnamed = await call('POST', definitions, { ...definition(), metadata: { name: 'dogs.pets.io' } });
  assert.match(misnamed.body.message, /must be spec.names.plural/);
  const schemaless = await call('POST', definitions, definition({ versions: [{ ...version, schema: undefined }] }));
  assert.match(schemaless.body.message, /schemas are required/);
  await ok('POST', definitions, definition());
  const clash = await ok('POST', definitions, {
    ...definition({ names: { plural: 'lions', kind: 'Cat' } }),
    metadata: { name: 'lions.pets.io' },
  });
  assert.equal(clash['status'].conditions[0].reason, 'NameConflict');
  assert.equal((await call('GET', '/apis/pets.io/v1/lions')).status, 404);
});

test('deleting a definition deletes its objects first', async (t) => {
  const { ok, call, watch } = await startTestEngine(t);
  await ok('POST', definitions, definition());
  await ok('POST', cats, { metadata: { name: 'free' }, spec: { name: 'a' } });
  await ok('POST', cats, { metadata: { name: 'held', finalizers: ['pets.io/hold'] }, spec: { name: 'b' } });
  const gone = watch(`${definitions}?watch=true`, 'DELETED');
  const objects = watch(`${cats}?watch=true`, 99);
  await ok('DELETE', `${definitions}/cats.pets.io`);
  assert.equal((await call('POST', cats, { metadata: { name: 'late' }, spec: { name: 'c' } })).status, 405);
  await ok('PATCH', `${cats}/held`, { metadata: { finalizers: null } });
  const events = await gone;
  assert.equal(events.at(-1)?.type, 'DELETED');
  const seen = (await objects).filter(({ type }) => type === 'DELETED');
  assert.deepEqual(seen.map(({ object }) => object.metadata.name).sort(), ['free', 'held']);
  assert.equal((await call('GET', cats)).status, 404);
});

test('versions are converted by the webhook of the definition, many objects in one review', async (t) => {
  let reviews = 0;
  const { ok, call } = await startTestEngine(t, {
    callService: async (service, body) => {
      reviews += 1;
      assert.deepEqual(service, { namespace: 'default', name: 'converter', path: '/convert', port: 443 });
      const request = body['request'] as { uid: string; desiredAPIVersion: string; objects: JsonObject[] };
      const rename = ({ spec, ...rest }: JsonObject): JsonObject => {
        const { name, title } = spec as { name?: string; title?: string };
        const isV2 = request.desiredAPIVersion === 'pets.io/v2';
        const { annotations: _, ...metadata } = rest['metadata'] as JsonObject;
        if (isV2) rest['metadata'] = metadata;
        if (name === 'odd') rest['metadata'] = { ...metadata, labels: { size: 3 } };
        return { ...rest, apiVersion: request.desiredAPIVersion, spec: isV2 ? { title: name! } : { name: title! } };
      };
      return {
        response: { uid: request.uid, result: { status: 'Success' }, convertedObjects: request.objects.map(rename) },
      };
    },
  });
  const open = {
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    },
  };
  await ok(
    'POST',
    definitions,
    definition({
      versions: [
        { name: 'v1', served: true, storage: true, ...open },
        { name: 'v2', served: true, storage: false, ...open },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { service: { namespace: 'default', name: 'converter', path: '/convert' } },
        },
      },
    }),
  );
  for (const name of ['a', 'b', 'c']) {
    await ok('POST', cats, { metadata: { name, annotations: { older: 'only' }, labels: { name } }, spec: { name } });
  }
  assert.equal(reviews, 0);
  const list = await ok('GET', '/apis/pets.io/v2/cats');
  assert.deepEqual(
    list['items'].map((item: { spec: object }) => item.spec),
    [{ title: 'a' }, { title: 'b' }, { title: 'c' }],
  );
  assert.equal(reviews, 1);
  const [{ metadata }] = list['items'];
  assert.deepEqual(
    [metadata.annotations, metadata.labels],
    [undefined, { name: 'a' }],
    'what a webhook leaves out is gone',
  );
  await ok('PATCH', '/apis/pets.io/v2/namespaces/default/cats/a', { spec: { title: 'z' } });
  assert.deepEqual((await ok('GET', `${cats}/a`))['spec'], { name: 'z' });
  await ok('POST', cats, { metadata: { name: 'odd' }, spec: { name: 'odd' } });
  const odd = await call('GET', '/apis/pets.io/v2/namespaces/default/cats/odd');
  assert.equal(odd.status, 500);
  assert.match(
    odd.body.message,
    /conversion webhook for pets\.io\/v1, Kind=Cat failed: .*metadata\.labels as a map of texts/,
  );
  assert.equal((await call('GET', '/apis/pets.io/v3/cats')).status, 404);
});

test('what was stored before a default came has it when it is read, watched and changed', async (t) => {
  const { ok, watch } = await startTestEngine(t);
  await ok('POST', definitions, definition());
  const made = await ok('POST', cats, { metadata: { name: 'tom' }, spec: { name: 'Tom' } });
  const schema = structuredClone(version);
  Object.assign(schema.schema.openAPIV3Schema.properties.spec.properties, {
    mood: { type: 'string', default: 'calm' },
  });
  await ok('PATCH', `${definitions}/cats.pets.io`, { spec: { versions: [schema] } });
  assert.equal((await ok('GET', `${cats}/tom`))['spec'].mood, 'calm');
  assert.equal((await ok('GET', cats))['items'][0].spec.mood, 'calm');
  const [event] = await watch(`${cats}?watch=true`, 1);
  assert.equal(event!.object['spec'].mood, 'calm');
  const same = await ok('PATCH', `${cats}/tom`, { spec: { mood: 'calm' } });
  assert.equal(same.metadata.resourceVersion, made.metadata.resourceVersion);
});

test('metadata of custom resources has types too', async (t) => {
  const { ok, call } = await startTestEngine(t);
  await ok('POST', definitions, definition());
  await ok('POST', cats, { metadata: { name: 'tom', labels: null }, spec: { name: 'Tom' } });
  const wrong: object[] = [
    { finalizers: [{}] },
    { finalizers: 'x' },
    { labels: { a: 1 } },
    { labels: ['a'] },
    { annotations: { a: {} } },
    { ownerReferences: [['x']] },
    { managedFields: ['x'] },
  ];
  for (const metadata of wrong) {
    const patched = await call('PATCH', `${cats}/tom`, { metadata });
    assert.deepEqual([patched.status, patched.body.reason], [422, 'Invalid'], JSON.stringify(metadata));
    const made = await call('POST', cats, { metadata: { name: 'a', ...metadata }, spec: { name: 'A' } });
    assert.deepEqual([made.status, made.body.reason], [422, 'Invalid'], JSON.stringify(metadata));
  }
});

test('a definition that loses its versions is refused, not stumbled over', async (t) => {
  const { ok, call } = await startTestEngine(t);
  await ok('POST', definitions, definition());
  const answer = await call('PATCH', `${definitions}/cats.pets.io`, { spec: { versions: null } });
  assert.deepEqual([answer.status, answer.body.reason], [422, 'Invalid']);
  assert.match(answer.body.message, /spec\.versions/);
});
