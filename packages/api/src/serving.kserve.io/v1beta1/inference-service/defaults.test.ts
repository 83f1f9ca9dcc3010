import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultInferenceService, frameworkFields, type InferenceService, type PredictorSpec } from './index.ts';

const service = (predictor: PredictorSpec): InferenceService => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris', namespace: 'default' },
  spec: { predictor },
});

test('every framework field becomes a model of that format', () => {
  for (const field of frameworkFields) {
    const { predictor } = defaultInferenceService(service({ [field]: { storageUri: 's3://models/iris' } })).spec;
    assert.equal(predictor[field], undefined, field);
    assert.equal(predictor.model?.modelFormat.name, field);
    assert.equal(predictor.model?.storageUri, 's3://models/iris');
    assert.equal(
      predictor.model?.protocolVersion,
      ['onnx', 'triton', 'huggingface'].includes(field) ? 'v2' : undefined,
    );
  }
});

test('a protocol that is written stays', () => {
  const { predictor } = defaultInferenceService(
    service({ onnx: { storageUri: 's3://m/x', protocolVersion: 'v1' } }),
  ).spec;
  assert.equal(predictor.model?.protocolVersion, 'v1');
});

test('resources fill in what is missing, one by one', () => {
  const { predictor } = defaultInferenceService(
    service({ xgboost: { storageUri: 's3://m/x', resources: { limits: { cpu: '4' } } } }),
    { resources: { cpuRequest: '1', memoryRequest: '2Gi', cpuLimit: '1', memoryLimit: '' } },
  ).spec;
  assert.deepEqual(predictor.model?.resources, { requests: { cpu: '1', memory: '2Gi' }, limits: { cpu: '4' } });
});

test('the mode of the platform is written down, and only where none is', () => {
  const standard = defaultInferenceService(service({ sklearn: {} }), { deploymentMode: 'Standard' });
  assert.equal(standard.metadata.annotations?.['serving.kserve.io/deploymentMode'], 'Standard');
  const raw = service({ sklearn: {} });
  raw.metadata.annotations = { 'serving.kserve.io/deploymentMode': 'RawDeployment' };
  assert.deepEqual(defaultInferenceService(raw, { deploymentMode: 'Standard' }).metadata, raw.metadata);
});

test('what ModelMesh serves stays as written, but for the mode of the platform', () => {
  const written = service({ sklearn: {} });
  const defaulted = defaultInferenceService(written, { deploymentMode: 'ModelMesh', resources: { cpuLimit: '1' } });
  assert.deepEqual(defaulted.spec, written.spec);
  assert.deepEqual(defaulted.metadata.annotations, { 'serving.kserve.io/deploymentMode': 'ModelMesh' });
  assert.deepEqual(defaultInferenceService(defaulted, { deploymentMode: 'Standard' }), defaulted);
});

test('two frameworks at once stay as written, for validation to refuse', () => {
  const both = service({ sklearn: {}, xgboost: {} });
  assert.deepEqual(defaultInferenceService(both).spec, both.spec);
});

test('an only container is named', () => {
  const { predictor } = defaultInferenceService(service({ containers: [{ image: 'me/server:1' } as never] })).spec;
  assert.equal(predictor.containers?.[0]?.name, 'kserve-container');
});

test('the first container of a transformer and an explainer is named and gets resources', () => {
  const given = service({ xgboost: {} });
  given.spec.transformer = { containers: [{ image: 't:1' } as never, { name: 'other', image: 'o:1' }] };
  given.spec.explainer = { containers: [{ name: 'mine', image: 'e:1' }] };
  const { transformer, explainer } = defaultInferenceService(given, { resources: { cpuLimit: '2' } }).spec;
  const resources = { limits: { cpu: '2' } };
  assert.deepEqual(transformer?.containers, [
    { name: 'kserve-container', image: 't:1', resources },
    { name: 'other', image: 'o:1' },
  ]);
  assert.deepEqual(explainer?.containers, [{ name: 'mine', image: 'e:1', resources }]);
});

test('a canary in a framework form becomes a model too, without defaults of its own', () => {
  const given = service({ xgboost: { storageUri: 's3://m/1' } });
  given.spec.canary = [{ predictor: { name: 'v2', xgboost: { storageUri: 's3://m/2' } }, trafficPercent: 10 }];
  const { canary } = defaultInferenceService(given, { resources: { cpuLimit: '2' } }).spec;
  assert.deepEqual(canary?.[0]?.predictor, {
    name: 'v2',
    model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://m/2' },
  });
});

test('the given object is not changed, and defaulting twice changes nothing more', () => {
  const given = service({ lightgbm: { storageUri: 's3://m/x' } });
  const before = structuredClone(given);
  const once = defaultInferenceService(given, { deploymentMode: 'Standard', resources: { cpuLimit: '1' } });
  assert.deepEqual(given, before);
  assert.deepEqual(defaultInferenceService(once, { deploymentMode: 'Standard', resources: { cpuLimit: '1' } }), once);
});

test('objects without a usable predictor pass through', () => {
  for (const spec of [undefined, {}, { predictor: null }, { predictor: 'x' }]) {
    const broken = { ...service({}), spec } as unknown as InferenceService;
    assert.deepEqual(defaultInferenceService(broken).spec, spec);
  }
});

test('what is of another type stays where it is, for the schema to speak of', () => {
  const defaults = { resources: { cpuRequest: '1' } };
  for (const predictor of [
    { sklearn: 'x' },
    { sklearn: [1] },
    { model: 'x' },
    { containers: ['x'] },
    { containers: 'x' },
  ]) {
    const untyped = predictor as unknown as PredictorSpec;
    assert.deepEqual(defaultInferenceService(service(untyped), defaults).spec.predictor, predictor);
  }
});
