import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateSchemas } from '@serval/manifests';
import { judgeBy } from './verdicts.ts';

const files = generateSchemas();
const judge = judgeBy(files.get('schemas/serval.json') ?? '');
const service = (predictor: object, more: object = {}) => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris' },
  spec: { predictor },
  ...more,
});
const own = (container: object) => service({ containers: [{ name: 'a', image: 'b:1', ...container }] });

function passes(object: object): void {
  assert.deepEqual(judge(object), []);
}
function fails(object: object, place: string): void {
  const errors = judge(object);
  assert.ok(
    errors.some((error) => error.startsWith(`${place}: `)),
    `${place} is not in ${JSON.stringify(errors, null, 1)}`,
  );
}

test('integers and texts where Kubernetes takes both', () => {
  for (const port of [80, 'http']) passes(own({ livenessProbe: { httpGet: { port } } }));
  fails(own({ livenessProbe: { httpGet: { port: 1.5 } } }), '#/spec/predictor/containers/0/livenessProbe/httpGet/port');
  for (const cpu of [2, '2', '500m', '0.5', '1e3']) passes(own({ resources: { limits: { cpu } } }));
  for (const cpu of ['two', 0.5, '1 Gi', true]) {
    fails(own({ resources: { limits: { cpu } } }), '#/spec/predictor/containers/0/resources/limits/cpu');
  }
});

test('unknown fields are refused at any depth, and taken where they are kept', () => {
  fails(own({ livenessProbe: { httpGet: { prot: 80 } } }), '#/spec/predictor/containers/0/livenessProbe/httpGet/prot');
  fails(service({ timout: 5 }), '#/spec/predictor/timout');
  fails({ ...service({}), spce: {} }, '#/spce');
  passes(
    service({ model: { modelFormat: { name: 'x' } } }, { metadata: { name: 'a', annotations: { 'any/thing': 'x' } } }),
  );
  const claim = (parameters: unknown) => ({
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'LLMInferenceService',
    metadata: { name: 'a' },
    spec: { model: { uri: 'hf://a/b' }, router: { scheduler: { config: { inline: parameters } } } },
  });
  passes(claim({ apiVersion: 'x/v1', kind: 'Y', plugins: [{ type: 'a' }] }));
});

test('metadata: a name or the beginning of one, and labels that an API server takes', () => {
  const named = (metadata: unknown) => service({}, { metadata });
  passes(named({ generateName: 'iris-' }));
  fails(named({}), '#/metadata');
  fails(named({ name: 'Iris' }), '#/metadata/name');
  fails(named({ name: 'iris', labels: { a: 'b c' } }), '#/metadata/labels/a');
  fails(named({ name: 'iris', label: {} }), '#/metadata/label');
});

test('objects of others pass; kinds and versions that our groups do not have are refused', () => {
  passes({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: {} });
  passes({});
  fails({ ...service({}), kind: 'InferenceServise' }, '#/kind');
  fails({ ...service({}), apiVersion: 'serving.kserve.io/v1' }, '#/apiVersion');
  fails({ ...service({}), apiVersion: 'serving.kserve.io/v1alpha1' }, '#/kind');
});

test('lists are looked into', () => {
  passes({ apiVersion: 'v1', kind: 'List', items: [service({}), { apiVersion: 'v1', kind: 'Pod' }] });
  fails({ apiVersion: 'v1', kind: 'List', items: [service({ timout: 5 })] }, '#/items/0/spec/predictor/timout');
});

test('entries of storage-config, in the forms of KServe and of ModelMesh', () => {
  const judgeEntry = judgeBy(files.get('schemas/storage-config.json') ?? '');
  const good = [
    { type: 's3', access_key_id: 'a', secret_access_key: 'b', endpoint_url: 'https://s3.example.com', verify_ssl: '0' },
    { type: 's3', default_bucket: 'models', certificate: '-----BEGIN CERTIFICATE-----', cabundle_configmap: 'ca' },
    { type: 'webhdfs', HDFS_NAMENODE: 'https://a:9871', TLS_SKIP_VERIFY: 'true' },
    { type: 'gcs', private_key: 'a', client_email: 'b', token_uri: 'https://c', bucket: 'd' },
    { type: 'azure', account_name: 'a', container: 'b', client_id: 'c', client_secret: 'd', tenant_id: 'e' },
    { type: 'http', url: 'https://a', headers: { a: 'b', c: ['d', 'e'] }, client_key: 'f' },
    { type: 'pvc', name: 'models' },
    { access_key_id: 'a' },
    { type: 's3', another_field: { of: 'somebody' } },
  ];
  for (const entry of good) assert.deepEqual(judgeEntry(entry), [], JSON.stringify(entry));
  const bad = [
    's3',
    { type: 's4' },
    { type: 's3', verify_ssl: false },
    { type: 'hdfs', N_THREADS: 2 },
    { type: 'https', headers: { a: 1 } },
    { type: 'pvc', name: ['a'] },
  ];
  for (const entry of bad) assert.notDeepEqual(judgeEntry(entry), [], JSON.stringify(entry));
});
