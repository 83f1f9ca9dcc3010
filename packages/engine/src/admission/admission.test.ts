import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@serval/kube/objects';
import { startTestEngine } from '../testing.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const configurations = '/apis/admissionregistration.k8s.io/v1';

type Review = { uid: string; operation: string; object: JsonObject & { metadata: JsonObject }; dryRun: boolean };
type Answer = (path: string, request: Review) => object;

function patch(...operations: JsonObject[]) {
  const text = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch: text };
}

function webhook(name: string, changes: object = {}) {
  return {
    name: `${name}.test.io`,
    clientConfig: { service: { namespace: 'default', name: 'hooks', path: `/${name}` } },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
    ...changes,
  };
}

async function start(t: TestContext, answer: Answer) {
  const calls: string[] = [];
  const engine = await startTestEngine(t, {
    callService: async ({ path }, body) => {
      const request = body['request'] as unknown as Review;
      calls.push(`${path} ${request.operation}`);
      return { response: { uid: request.uid, ...answer(path, request) } };
    },
  });
  const register = (kind: 'mutating' | 'validating', ...webhooks: object[]) =>
    engine.ok('POST', `${configurations}/${kind}webhookconfigurations`, { metadata: { name: kind }, webhooks });
  return { ...engine, calls, register };
}

test('mutating webhooks change in order, validating ones see the result', async (t) => {
  const { ok, call, calls, register } = await start(t, (path, { object }) => {
    if (path === '/one') return patch({ op: 'add', path: '/data', value: { by: 'one' } });
    if (path === '/two') return patch({ op: 'add', path: '/data/next', value: 'two' });
    const data = object['data'] as JsonObject;
    return data['next'] === 'two' && object.metadata['name'] !== 'bad'
      ? { allowed: true, warnings: ['looks odd'] }
      : { allowed: false, status: { message: 'not this one', code: 403 } };
  });
  await register('mutating', webhook('one'), webhook('two'));
  await register('validating', webhook('check'));
  const created = await call('POST', configMaps, { metadata: { name: 'a' } });
  assert.deepEqual(created.body.data, { by: 'one', next: 'two' });
  assert.equal(created.headers['warning'], '299 - "looks odd"');
  assert.deepEqual(calls, ['/one CREATE', '/two CREATE', '/check CREATE']);
  const denied = await call('POST', configMaps, { metadata: { name: 'bad' } });
  assert.deepEqual(
    [denied.status, denied.body.message],
    [403, 'admission webhook "check.test.io" denied the request: not this one'],
  );
  assert.equal((await call('GET', `${configMaps}/bad`)).status, 404);
  await ok('DELETE', `${configMaps}/a`);
  assert.equal(calls.filter((line) => line.endsWith('DELETE')).length, 0);
});

test('selectors, scope and equivalent versions decide who is asked', async (t) => {
  const { ok, calls, register } = await start(t, () => ({ allowed: true }));
  const hpaV1 = { apiGroups: ['autoscaling'], apiVersions: ['v1'], operations: ['*'], resources: ['*'] };
  await register(
    'validating',
    webhook('label', { objectSelector: { matchLabels: { on: 'yes' } } }),
    webhook('namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }),
    webhook('exact', { rules: [hpaV1], matchPolicy: 'Exact' }),
    webhook('equivalent', { rules: [hpaV1] }),
  );
  await ok('POST', configMaps, { metadata: { name: 'plain' } });
  await ok('POST', configMaps, { metadata: { name: 'labelled', labels: { on: 'yes' } } });
  await ok('POST', '/api/v1/namespaces/kube-system/configmaps', { metadata: { name: 'system' } });
  await ok('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    metadata: { name: 'a' },
    spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  });
  assert.deepEqual(calls, ['/label CREATE', '/namespace CREATE', '/equivalent CREATE']);
});

test('the failure policy decides about webhooks that fail, and dry runs need webhooks without side effects', async (t) => {
  const { call, register } = await start(t, (path) => {
    if (path === '/nonsense') return patch({ op: 'remove', path: '/no/such/path' });
    throw new Error('it is on fire');
  });
  await register(
    'mutating',
    webhook('broken', { failurePolicy: 'Ignore' }),
    webhook('nonsense', { failurePolicy: 'Ignore' }),
  );
  assert.equal((await call('POST', configMaps, { metadata: { name: 'a' } })).status, 201);
  await register('validating', webhook('broken', { sideEffects: 'Some' }));
  const failed = await call('POST', configMaps, { metadata: { name: 'b' } });
  assert.deepEqual(
    [failed.status, failed.body.message],
    [500, 'Internal error occurred: failed calling webhook "broken.test.io": it is on fire'],
  );
  assert.match(
    (await call('POST', `${configMaps}?dryRun=All`, { metadata: { name: 'b' } })).body.message,
    /does not support dry run/,
  );
});

test('match conditions decide who is called; one that fails counts as a failure of the webhook', async (t) => {
  const { ok, call, calls, register } = await start(t, () => ({ allowed: true }));
  const when = (expression: string) => ({ matchConditions: [{ name: 'when', expression }] });
  await register(
    'validating',
    webhook('named', when("object.metadata.name.startsWith('b') && request.operation == 'CREATE'")),
    webhook('ignored', { ...when('object.data.nothing == "x"'), failurePolicy: 'Ignore' }),
  );
  await ok('POST', configMaps, { metadata: { name: 'a' } });
  await ok('POST', configMaps, { metadata: { name: 'b' } });
  await ok('PATCH', `${configMaps}/b`, { data: { x: '1' } });
  assert.deepEqual(calls, ['/named CREATE']);
  await register('mutating', webhook('broken', when('object.nothing == 1')));
  const failed = await call('POST', configMaps, { metadata: { name: 'c' } });
  assert.equal(failed.status, 500);
  const wrong = { metadata: { name: 'wrong' }, webhooks: [webhook('wrong', when('objekt.kind == "x"'))] };
  const refused = await call('POST', `${configurations}/mutatingwebhookconfigurations`, wrong);
  assert.deepEqual(
    [refused.status, refused.body.details.causes[0].field],
    [422, 'webhooks[0].matchConditions[0].expression'],
  );
  assert.match(failed.body.message, /match conditions of webhook "broken.test.io".*No such key: nothing/);
});
