import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptService, StageOverride } from '@serval/api';
import { withOverrides } from './overrides.ts';

type Predictor = KeptService['spec']['predictor'];

const model: Predictor = { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://dev/iris' } };
const own: Predictor = {
  containers: [{ name: 'kserve-container', image: 'acme/x', env: [{ name: 'A', value: '1' }] }],
};

const cases: readonly [title: string, given: Predictor, overrides: StageOverride[], expected: Predictor][] = [
  ['none', model, [], model],
  ['of another service', model, [{ service: 'other', minReplicas: 2 }], model],
  ['for all', model, [{ service: '*', minReplicas: 2 }], { ...model, minReplicas: 2 }],
  [
    'its own and no other',
    model,
    [
      { service: '*', minReplicas: 2 },
      { service: 'scorer', maxReplicas: 5 },
    ],
    { ...model, maxReplicas: 5 },
  ],
  [
    'a limit that is not written gives way',
    { ...model, minReplicas: 1, maxReplicas: 2 },
    [{ service: 'scorer', minReplicas: 3 }],
    { ...model, minReplicas: 3, maxReplicas: 3 },
  ],
  [
    'and so does a least',
    { ...model, minReplicas: 4 },
    [{ service: 'scorer', maxReplicas: 2 }],
    { ...model, minReplicas: 2, maxReplicas: 2 },
  ],
  [
    'resources, amount by amount',
    { model: { ...model.model, resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2' } } } as never },
    [{ service: 'scorer', resources: { requests: { cpu: '100m' } } }],
    {
      model: { ...model.model, resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '2' } } } as never,
    },
  ],
  [
    'resources of a server of its own',
    own,
    [{ service: 'scorer', resources: { limits: { memory: '2Gi' } } }],
    { containers: [{ ...own.containers?.[0], resources: { limits: { memory: '2Gi' } } } as never] },
  ],
  [
    'another place of the model takes the place of all',
    {
      model: { modelFormat: { name: 'xgboost' }, storage: { key: 'a' } } as never,
      storageUris: [{ uri: 's3://a/b' }] as never,
    },
    [{ service: 'scorer', storageUri: 's3://prod/iris' }],
    { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://prod/iris' } },
  ],
  [
    'of a server of its own, in its environment',
    own,
    [{ service: 'scorer', storageUri: 's3://prod/iris' }],
    {
      containers: [
        {
          ...own.containers?.[0],
          env: [
            { name: 'A', value: '1' },
            { name: 'STORAGE_URI', value: 's3://prod/iris' },
          ],
        } as never,
      ],
    },
  ],
];

for (const [title, predictor, overrides, expected] of cases) {
  test(`overrides: ${title}`, () => {
    const given = { spec: { predictor: structuredClone(predictor) } };
    assert.deepEqual(withOverrides(given, 'scorer', { overrides }).spec.predictor, expected);
    assert.deepEqual(given.spec.predictor, predictor, 'what is checked stays as it is');
  });
}
