import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { checkObject } from './check-object.ts';

const service = (predictor: unknown, metadata: object = {}): AnyObject => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris', ...metadata },
  spec: { predictor },
});
const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };
const paths = (object: AnyObject, options = {}) => checkObject(object, options).errors.map(({ path }) => path);

test('a whole service is valid', () => {
  assert.deepEqual(checkObject(service({ model })), { errors: [], warnings: [] });
});

test('an unknown field deep in a container is an error, a warning, or nothing', () => {
  const typo = service({ containers: [{ name: 'a', image: 'b:1', livenessProbe: { httpGet: { prot: 80 } } }] });
  const path = 'spec.predictor.containers[0].livenessProbe.httpGet.prot';
  const [error] = checkObject(typo).errors;
  assert.equal(error?.path, path);
  assert.match(error?.message ?? '', /did you mean "port"\?/);
  const { errors, warnings } = checkObject(typo, { fieldValidation: 'Warn' });
  assert.deepEqual(errors, []);
  assert.match(warnings[0] ?? '', /^spec\.predictor\.containers\[0\]\.livenessProbe\.httpGet\.prot: unknown field/);
  assert.deepEqual(checkObject(typo, { fieldValidation: 'Ignore' }), { errors: [], warnings: [] });
});

test('errors are told of the fields that were written, not of those that defaulting makes of them', () => {
  assert.deepEqual(paths(service({ xgboost: { storageUri: 's3://', image: 3 } })), [
    'spec.predictor.xgboost.image',
    'spec.predictor.xgboost.storageUri',
  ]);
  assert.deepEqual(paths(service({ xgboost: 's3://models/iris' })), ['spec.predictor.xgboost']);
});

test('types, enums and quantities at any depth, in the order of the fields', () => {
  const resources = { limits: { cpu: 'two' } };
  assert.deepEqual(paths(service({ model: { ...model, resources, imagePullPolicy: 'Often' }, timeout: '5' })), [
    'spec.predictor.model.resources.limits.cpu',
    'spec.predictor.model.imagePullPolicy',
    'spec.predictor.timeout',
  ]);
});

test('what was wrong before and did not change is not blamed', () => {
  const old = service({ model: { ...model, storageUri: 's3://', imagePullPolicy: 'Often', typo: 1 } });
  const next = structuredClone(old);
  next['spec'].predictor.minReplicas = 2;
  assert.deepEqual(paths(next, { old }), []);
  next['spec'].predictor.model.typo = 2;
  next['spec'].predictor.model.storageUri = 'gs://';
  assert.deepEqual(paths(next, { old }), ['spec.predictor.model.typo', 'spec.predictor.model.storageUri']);
});

test('finalizers can always be taken off', () => {
  const old = service({ nonsense: 1 }, { finalizers: ['example.com/a'] });
  assert.deepEqual(paths(service({ nonsense: 1 }), { old }), []);
  assert.deepEqual(paths(service({ other: 1 }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), { old }), []);
  assert.notDeepEqual(paths(service({ other: 1 }), { old }), []);
});

test('metadata is checked, each field once', () => {
  assert.deepEqual(paths(service({ model }, { name: undefined })), ['metadata.name']);
  assert.deepEqual(paths(service({ model }, { name: 'Iris' })), ['metadata.name']);
  assert.deepEqual(paths(service({ model }, { labels: { a: 'b c', 'd/': 'e' }, finalizers: ['x y'] })), [
    'metadata.labels.a',
    'metadata.labels[d/]',
    'metadata.finalizers[0]',
  ]);
  assert.deepEqual(paths({ ...service({ model }), metadata: null as never }), ['metadata']);
});

test('a status is not the business of who writes the object', () => {
  assert.deepEqual(paths({ ...service({ model }), status: { conditions: 'x' } }), []);
});

test('kinds of others are not checked; unknown kinds of our groups are errors', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: {} };
  assert.deepEqual(checkObject(pod), { errors: [], warnings: [], notChecked: 'v1 Pod is not a kind of Serval' });
  const [error] = checkObject({ ...service({ model }), kind: 'InferenceServise' }).errors;
  assert.match(error?.message ?? '', /did you mean "InferenceService"/);
  const [version] = checkObject({ ...service({ model }), apiVersion: 'serving.kserve.io/v1alpha1' }).errors;
  assert.match(version?.message ?? '', /served as serving\.kserve\.io\/v1beta1/);
});

test('what is inside of a field of the wrong type is not spoken of', () => {
  assert.deepEqual(paths({ ...service({}), spec: [{ predictor: 1 }] } as AnyObject), ['spec']);
  assert.deepEqual(paths(service({ model, containers: { name: 'a' } })), ['spec.predictor.containers']);
});

test('objects of any shape are answered', () => {
  for (const spec of [
    null,
    'x',
    [],
    { predictor: [] },
    { predictor: { model: [] } },
    { predictor: { containers: [null] } },
  ]) {
    assert.ok(checkObject({ ...service({}), spec } as AnyObject).errors.length > 0, JSON.stringify(spec));
  }
});

test('an object that does not say what it is', () => {
  assert.deepEqual(paths({ metadata: { name: 'x' } } as AnyObject), ['apiVersion', 'kind']);
  assert.deepEqual(paths({ apiVersion: 3, kind: '', metadata: {} } as never), ['apiVersion', 'kind']);
});
