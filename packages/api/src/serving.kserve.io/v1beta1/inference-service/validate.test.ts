import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InferenceService, type PredictorSpec, validateInferenceService } from './index.ts';

const model = { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' };

function service(predictor: unknown, metadata: InferenceService['metadata'] = {}): InferenceService {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name: 'iris', namespace: 'default', ...metadata },
    spec: { predictor: predictor as PredictorSpec },
  };
}
const paths = (object: InferenceService, old?: InferenceService) =>
  validateInferenceService(object, old).map(({ path }) => path);

test('a minimal service is valid', () => {
  assert.deepEqual(paths(service({ model })), []);
});

const cases: [rule: string, object: InferenceService, expected: string[]][] = [
  ['a name starts with a letter', service({ model }, { name: '1iris' }), ['metadata.name']],
  ['a name has no capitals', service({ model }, { name: 'Iris' }), ['metadata.name']],
  ['a name leaves room for -predictor', service({ model }, { name: 'a'.repeat(54) }), ['metadata.name']],
  ['53 characters fit', service({ model }, { name: 'a'.repeat(53) }), []],
  ['a predictor is needed', service(undefined), ['spec.predictor']],
  ['an implementation is needed', service({ minReplicas: 1 }), ['spec.predictor']],
  ['one implementation only', service({ model, sklearn: {} }), ['spec.predictor']],
  ['a model and its own container', service({ model, containers: [{ name: 'kserve-container' }] }), ['spec.predictor']],
  ['a sidecar beside a model', service({ model, containers: [{ name: 'proxy', image: 'p:1' }] }), []],
  ['a format is needed', service({ model: { storageUri: 's3://a/b' } }), ['spec.predictor.model.modelFormat.name']],
  ['a model names no container', service({ model: { ...model, name: 'x' } }), ['spec.predictor.model.name']],
  ['replicas in order', service({ model, minReplicas: 3, maxReplicas: 2 }), ['spec.predictor.minReplicas']],
  ['no negative replicas', service({ model, minReplicas: -1 }), ['spec.predictor.minReplicas']],
  ['one replica is the least where only the most is written', service({ model, maxReplicas: 1 }), []],
  ['no negative concurrency', service({ model, containerConcurrency: -1 }), ['spec.predictor.containerConcurrency']],
  ['a share is a percentage', service({ model, canaryTrafficPercent: 101 }), ['spec.predictor.canaryTrafficPercent']],
  ['a cpu target is a percentage', service({ model, scaleTarget: 120 }), ['spec.predictor.scaleTarget']],
  ['rps may be more', service({ model, scaleTarget: 120, scaleMetric: 'rps' }), []],
  ['a known logger mode', service({ model, logger: { mode: 'some' } }), ['spec.predictor.logger.mode']],
  ['the scheme of a storage container', service({ model: { ...model, storageUri: 'model-registry://x/1' } }), []],
  [
    'something after any scheme',
    service({ model: { ...model, storageUri: 'ftp://' } }),
    ['spec.predictor.model.storageUri'],
  ],
  ['something after the scheme', service({ xgboost: { storageUri: 's3://' } }), ['spec.predictor.xgboost.storageUri']],
  [
    'a claim after pvc://',
    service({ xgboost: { storageUri: 'pvc://My_Claim/x' } }),
    ['spec.predictor.xgboost.storageUri'],
  ],
  ['a folder of the image', service({ model: { ...model, storageUri: '/mnt/models' } }), []],
  [
    'one source',
    service({ model: { ...model, storage: { path: 'x' } }, storageUris: [{ uri: 's3://a/b' }] }),
    ['spec.predictor.model.storage.path', 'spec.predictor.storageUris'],
  ],
  [
    'a known autoscaler class',
    service({ model }, { annotations: { 'serving.kserve.io/autoscalerClass': 'magic' } }),
    ['metadata.annotations[serving.kserve.io/autoscalerClass]'],
  ],
  [
    'a known mode',
    service({ model }, { annotations: { 'serving.kserve.io/deploymentMode': 'Raw' } }),
    ['metadata.annotations[serving.kserve.io/deploymentMode]'],
  ],
  [
    'several containers have names',
    service({ containers: [{ name: 'a' }, {}] }),
    ['spec.predictor.containers[1].name'],
  ],
  [
    'all errors at once',
    service({ model: { storageUri: 's3://' }, minReplicas: -1, containerConcurrency: -5 }, { name: 'Bad' }),
    [
      'metadata.name',
      'spec.predictor.minReplicas',
      'spec.predictor.containerConcurrency',
      'spec.predictor.model.modelFormat.name',
      'spec.predictor.model.storageUri',
    ],
  ],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(paths(object), expected));
}

test('the mode stays once it is settled, under either of its names', () => {
  const withMode = (mode: string) => service({ model }, { annotations: { 'serving.kserve.io/deploymentMode': mode } });
  const old: InferenceService = { ...withMode('RawDeployment'), status: { deploymentMode: 'RawDeployment' } };
  assert.deepEqual(paths(withMode('Standard'), old), []);
  assert.deepEqual(paths(withMode('Serverless'), old), ['metadata.annotations[serving.kserve.io/deploymentMode]']);
});

test('a password in an address is refused and not repeated', () => {
  const [error] = validateInferenceService(service({ model: { ...model, storageUri: 'https://me:hunter2@host/x' } }));
  assert.equal(error?.path, 'spec.predictor.model.storageUri');
  assert.doesNotMatch(error?.message ?? '', /hunter2|me:/);
});

test('a transformer makes the longest name of a child', () => {
  const transformer = { containers: [{ name: 't', image: 't:1' }] };
  const named = (length: number): InferenceService => {
    const object = service({ model }, { name: 'a'.repeat(length) });
    return { ...object, spec: { ...object.spec, transformer } };
  };
  assert.deepEqual(paths(named(51)), []);
  assert.deepEqual(paths(named(52)), ['metadata.name']);
});
