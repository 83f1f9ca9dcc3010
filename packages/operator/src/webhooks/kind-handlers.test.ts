import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KindVersion, servingKinds } from '@serval/api';
import { type AnyObject, applyJsonPatch, cloneJson, type Json } from '@serval/kube/objects';
import type { AdmissionRequest } from './admission-review.ts';
import { defaultingHandler, validatingHandler } from './kind-handlers.ts';

const kind = servingKinds.find(({ resource }) => resource.kind === 'InferenceService') as KindVersion;
const defaults = { deploymentMode: 'Standard', resources: { cpuRequest: '1', memoryLimit: '2Gi' } };
const { signal } = new AbortController();
const container = {
  name: 'a',
  args: ['--b', '--a'],
  image: 'example/server:1',
  env: [
    { value: '2', name: 'Z' },
    { name: 'A', value: '1' },
  ],
};

function service(spec: object, metadata: object = {}): AnyObject {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', namespace: 'default', ...metadata },
    spec,
  } as unknown as AnyObject;
}

function request(object: AnyObject, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const { group, version } = kind.resource;
  return {
    uid: '1',
    kind: { group, version, kind: 'InferenceService' },
    name: 'iris',
    operation: 'CREATE',
    object,
    ...more,
  };
}

async function defaulted(object: AnyObject, more: Partial<AdmissionRequest> = {}): Promise<AnyObject> {
  const { allowed, patch } = await defaultingHandler(kind, () => defaults)(request(object, more), signal);
  assert.equal(allowed, true);
  const operations = patch ? JSON.parse(Buffer.from(patch, 'base64').toString()) : [];
  return applyJsonPatch(cloneJson(object) as unknown as Json, operations) as unknown as AnyObject;
}

/** The part of `value` that `pattern` has, in the order of `value`. */
function partOf(value: unknown, pattern: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof pattern !== 'object' || pattern === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => partOf(item, (pattern as unknown[])[i]));
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(pattern, name));
  return Object.fromEntries(
    known.map(([name, field]) => [name, partOf(field, (pattern as Record<string, unknown>)[name])]),
  );
}

for (const [what, spec] of [
  ['containers', { transformer: { containers: [container] }, predictor: { minReplicas: 1, containers: [container] } }],
  [
    'a model',
    { predictor: { model: { ...container, storageUri: 's3://m/a', modelFormat: { name: 'triton' } }, maxReplicas: 2 } },
  ],
] as const) {
  test(`defaulting adds to ${what} and changes nothing that was written, not even its order`, async () => {
    const written = service(spec);
    const result = await defaulted(written);
    assert.notDeepEqual(result, written);
    assert.equal(JSON.stringify(partOf(result, written)), JSON.stringify(written));
  });
}

test('an object that only loses a finalizer is neither defaulted nor checked', async () => {
  const invalid = { predictor: { sklearn: { storageUri: 3 }, containers: [{ ...container, typo: 1 }] } };
  const oldObject = service(invalid, { finalizers: ['example.com/a', 'example.com/b'] });
  const object = service(invalid, { finalizers: ['example.com/b'] });
  const update = { operation: 'UPDATE', oldObject, options: { fieldValidation: 'Strict' } } as const;
  assert.deepEqual(await defaulted(object, update), object);
  assert.deepEqual(await validatingHandler()(request(object, update), signal), { uid: '1', allowed: true });
  const other = service({ ...invalid, explainer: { bad: 1 } }, { finalizers: ['example.com/b'] });
  assert.equal((await validatingHandler()(request(other, update), signal)).allowed, false);
});

test('unknown fields and wrong values come back in one answer', async () => {
  const object = service({ predictor: { containers: [{ ...container, imagee: 'x', stdin: 'yes' }] } });
  const answer = await validatingHandler()(request(object, { options: { fieldValidation: 'Strict' } }), signal);
  assert.equal(answer.status?.code, 422);
  assert.deepEqual(
    answer.status?.details?.causes?.map(({ field }) => field),
    ['spec.predictor.containers[0].imagee', 'spec.predictor.containers[0].stdin'],
  );
  assert.match(
    answer.status?.message ?? '',
    /^InferenceService "iris" is invalid: strict decoding error: unknown field "spec\.predictor\.containers\[0\]\.imagee"; did you mean "image"\?; spec\.predictor/,
  );
});

test('a request that says nothing of field validation is warned', async () => {
  const object = service({ predictor: { containers: [{ ...container, imagee: 'x' }] } });
  for (const options of [undefined, null, {}, { fieldValidation: 'Warn' }]) {
    const answer = await validatingHandler()(request(object, options === undefined ? {} : { options }), signal);
    assert.equal(answer.allowed, true);
    assert.deepEqual(answer.warnings, ['unknown field "spec.predictor.containers[0].imagee"; did you mean "image"?']);
  }
});

test('fields that defaulting moves are told where they were written', async () => {
  const object = service({
    predictor: { xgboost: { storageUri: 's3://m/a', livenessProbe: { httpGet: { prt: 1 } } } },
  });
  const answer = (fieldValidation: string) =>
    defaultingHandler(kind, () => defaults)(request(object, { options: { fieldValidation } }), signal);
  const text = 'unknown field "spec.predictor.xgboost.livenessProbe.httpGet.prt"; did you mean "port"?';
  assert.equal((await answer('Strict')).status?.details?.causes?.[0]?.message, `strict decoding error: ${text}`);
  assert.deepEqual((await answer('Warn')).warnings, [text]);
  const ignored = await answer('Ignore');
  assert.equal(ignored.warnings, undefined);
  assert.ok((ignored.patch?.length ?? 0) > 0);
});
