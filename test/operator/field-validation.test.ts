import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InferenceService, inferenceServices } from '@serval/api';
import { type Client, readText } from '@serval/kube/client';
import { isStatusError, type Status } from '@serval/kube/objects';
import { serviceOf, startTestPlatform } from './support.ts';

const path = '/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices';
const image = 'example/server:1';

interface Answer {
  status: number;
  body: Partial<Status & InferenceService>;
  warnings: string[];
}

async function send(client: Client, method: 'POST' | 'PUT' | 'PATCH', to: string, object: object): Promise<Answer> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const response = await client.request({
    method,
    path: to,
    headers: { 'content-type': type },
    body: JSON.stringify(object),
  });
  const text = await readText(response);
  const warnings = [...(response.headers['warning'] ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)];
  return {
    status: response.status,
    body: JSON.parse(text),
    warnings: warnings.map(([, warning = '']) => warning.replaceAll(/\\(.)/g, '$1')),
  };
}

/** A typing error in a part that the standard definition spells out, in one that it keeps open, and in one that defaulting moves. */
const typos: readonly [where: string, field: string, predictor: object][] = [
  [
    'a container that is spelled out',
    'spec.predictor.containers[0].securityContext.runAsUsr',
    { containers: [{ name: 'a', image, securityContext: { runAsUsr: 1000 } }] },
  ],
  [
    'a probe of an init container',
    'spec.predictor.initContainers[0].livenessProbe.httpGet.prt',
    {
      containers: [{ name: 'a', image }],
      initContainers: [{ name: 'b', image, livenessProbe: { httpGet: { prt: 80 } } }],
    },
  ],
  [
    'an ephemeral container',
    'spec.predictor.ephemeralContainers[0].imagee',
    { containers: [{ name: 'a', image }], ephemeralContainers: [{ name: 'b', imagee: image }] },
  ],
  [
    'a framework, which becomes a model',
    'spec.predictor.sklearn.resources.limitz',
    { sklearn: { storageUri: 's3://m/a', resources: { limitz: { cpu: 1 } } } },
  ],
];

test('an unknown field deep in a Pod is an error, a warning or nothing, as the request wants it', async (t) => {
  const { client } = await startTestPlatform(t);
  for (const [index, [where, field, predictor]] of typos.entries()) {
    await t.test(where, async () => {
      const service = serviceOf(`typo-${index}`, predictor as InferenceService['spec']['predictor']);
      const strict = await send(client, 'POST', `${path}?fieldValidation=Strict`, service);
      assert.ok(strict.status === 400 || strict.status === 422, JSON.stringify(strict.body));
      assert.ok(strict.body.message?.includes(`strict decoding error: unknown field "${field}"`), strict.body.message);

      for (const query of ['fieldValidation=Warn&dryRun=All', 'dryRun=All']) {
        const warned = await send(client, 'POST', `${path}?${query}`, service);
        assert.equal(warned.status, 201, warned.body.message);
        const told = warned.warnings.filter((warning) => warning.startsWith(`unknown field "${field}"`));
        assert.equal(told.length, 1, warned.warnings.join('\n'));
      }
      const ignored = await send(client, 'POST', `${path}?fieldValidation=Ignore`, service);
      assert.equal(ignored.status, 201, ignored.body.message);
      assert.deepEqual(
        ignored.warnings.filter((warning) => warning.includes('unknown')),
        [],
      );
    });
  }
});

test('the webhook names the field that was probably meant, with status 422 and a cause', async (t) => {
  const { client } = await startTestPlatform(t);
  const [, field, predictor] = typos[2] ?? [];
  const service = serviceOf('typo', predictor as InferenceService['spec']['predictor']);
  const { status, body } = await send(client, 'POST', `${path}?fieldValidation=Strict`, service);
  assert.equal(status, 422);
  assert.equal(body.reason, 'Invalid');
  assert.deepEqual(body.details?.causes, [
    {
      field,
      reason: 'FieldValueInvalid',
      message: `strict decoding error: unknown field "${field}"; did you mean "image"?`,
    },
  ]);
});

test('wrong types and values in what is kept open are errors, whatever the request wants', async (t) => {
  const { client } = await startTestPlatform(t);
  const service = serviceOf('wrong', {
    containers: [{ name: 'a', image }],
    ephemeralContainers: [{ name: 'b', imagePullPolicy: 'Often', stdin: 'yes', resources: { limits: { cpu: 'two' } } }],
  } as InferenceService['spec']['predictor']);
  for (const validation of ['Strict', 'Warn', 'Ignore']) {
    const { status, body } = await send(client, 'POST', `${path}?fieldValidation=${validation}`, service);
    assert.equal(status, 422, body.message);
    const at = 'spec.predictor.ephemeralContainers[0]';
    assert.deepEqual(body.details?.causes?.map((cause) => cause.field).sort(), [
      `${at}.imagePullPolicy`,
      `${at}.resources.limits.cpu`,
      `${at}.stdin`,
    ]);
  }
});

test('what was wrong before passes as long as it does not change, and finalizers can always be taken off', async (t) => {
  const { client } = await startTestPlatform(t);
  const written = serviceOf('old', {
    containers: [{ name: 'a', image }],
    ephemeralContainers: [{ name: 'b', imagee: image }],
  } as InferenceService['spec']['predictor']);
  written.metadata.finalizers = ['example.com/keep'];
  const created = await send(client, 'POST', `${path}?fieldValidation=Ignore`, written);
  assert.equal(created.status, 201, created.body.message);

  const strict = `${path}/old?fieldValidation=Strict`;
  const scaled = await send(client, 'PATCH', strict, { spec: { predictor: { minReplicas: 2 } } });
  assert.equal(scaled.status, 200, scaled.body.message);
  const replaced = await client.get(inferenceServices, { namespace: 'default', name: 'old' });
  replaced.metadata.labels = { a: 'b' };
  const put = await send(client, 'PUT', strict, replaced);
  assert.equal(put.status, 200, put.body.message);
  const worse = [{ name: 'b', imagee: image, argz: [] }];
  const changed = await send(client, 'PATCH', strict, { spec: { predictor: { ephemeralContainers: worse } } });
  assert.equal(changed.status, 422);
  assert.deepEqual(
    changed.body.details?.causes?.map((cause) => cause.field),
    ['spec.predictor.ephemeralContainers[0].argz'],
  );

  await client.delete(inferenceServices, { namespace: 'default', name: 'old' });
  const freed = await send(client, 'PATCH', strict, { metadata: { finalizers: null } });
  assert.equal(freed.status, 200, freed.body.message);
  await assert.rejects(client.get(inferenceServices, { namespace: 'default', name: 'old' }), (error) =>
    isStatusError(error, 'NotFound'),
  );
});
