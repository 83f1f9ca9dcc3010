import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, model, pathsOf, service } from '../../../test-support/service-fixture.ts';
import { validateInferenceService } from '../index.ts';

const { storageUri: _, ...bare } = model;
const sources = (...list: [uri: string, mountPath?: string][]) =>
  service({
    model: bare,
    storageUris: list.map(([uri, mountPath]) => ({ uri, ...(mountPath === undefined ? {} : { mountPath }) })),
  });
const at = (index: number) => `spec.predictor.storageUris[${index}].mountPath`;
const source = { storageUris: [{ uri: 's3://a/b' }] };
const variable = [{ name: 'STORAGE_URI', value: 's3://a/b' }];

const cases: Case[] = [
  ['one source', sources(['s3://a/b']), []],
  [
    'several in folders of their own',
    sources(['s3://a/b', '/mnt/models/base'], ['hf://org/m', '/mnt/models/lora']),
    [],
  ],
  ['an address is needed', sources(['']), ['spec.predictor.storageUris[0].uri']],
  ['folders are absolute', sources(['s3://a/b', 'mnt/models']), [at(0)]],
  ['no folder is the root', sources(['s3://a/b', '/']), [at(0)]],
  ['not even in disguise', sources(['s3://a/b', '/./']), [at(0)]],
  ['no way out', sources(['s3://a/b', '/mnt/../etc']), [at(0)]],
  ['folders are unique', sources(['s3://a/b', '/mnt/models/x'], ['pvc://c/d', '/mnt/models/x/']), [at(1)]],
  ['which the default is not, twice', sources(['s3://a/b'], ['s3://c/d']), [at(1)]],
  ['none inside another', sources(['s3://a/b'], ['s3://c/d', '/mnt/models/x']), [at(1)]],
  ['nor around it', sources(['s3://a/b', '/mnt/models/x'], ['pvc://c/d', '/mnt/models']), [at(1)]],
  ['the same letters are no folder', sources(['s3://a/b', '/mnt/models'], ['s3://c/d', '/mnt/models-2']), []],
  ['downloads share a folder', sources(['s3://a/b', '/mnt/models'], ['s3://c/d', '/opt/models']), [at(1)]],
  ['claims need not', sources(['s3://a/b', '/mnt/models'], ['pvc://c/d', '/opt/models']), []],
  ['several or one', service({ model, ...source }), ['spec.predictor.storageUris']],
  [
    'or that of an own container',
    service({ containers: [{ name: 'kserve-container', image: 'x:1', env: variable }], ...source }),
    ['spec.predictor.storageUris'],
  ],
  [
    'of a transformer too',
    service({ model }, {}, { transformer: { containers: [{ name: 't', image: 't:1', env: variable }], ...source } }),
    ['spec.transformer.storageUris'],
  ],
  [
    'and of an explainer',
    service({ model }, {}, { explainer: { art: { storageUri: 's3://a/b' }, ...source } }),
    ['spec.explainer.storageUris'],
  ],
  [
    'an explainer knows some stores',
    service({ model }, {}, { explainer: { art: { storage: { key: 'k', parameters: { type: 's3' } } } } }),
    [],
  ],
  [
    'and not others',
    service({ model }, {}, { explainer: { art: { storage: { parameters: { type: 'gs' } } } } }),
    ['spec.explainer.art.storage.parameters[type]'],
  ],
  [
    'nor their addresses',
    service({ model }, {}, { explainer: { art: { storageUri: 'gs://a/b', storage: { key: 'k' } } } }),
    ['spec.explainer.art.storageUri'],
  ],
  [
    'a transformer in the same Pod has no model',
    service({
      model,
      containers: [{ name: 'transformer-container', image: 't:1', env: variable }],
    }),
    ['spec.predictor.containers[0].env[0]'],
  ],
  [
    'a confidential model',
    service({ model: { ...model, confidential: { enabled: true, resourceId: 'kbs:///r/t/k-1' } } }),
    [],
  ],
  [
    'whose key cannot be found',
    service({ model: { ...model, confidential: { enabled: true, resourceId: 'kbs://r/t' } } }),
    ['spec.predictor.model.confidential.resourceId'],
  ],
  [
    'or which is nowhere',
    service({ model: { ...bare, confidential: { enabled: true } } }),
    ['spec.predictor.model.storageUri'],
  ],
  [
    'unless that is switched off',
    service({ model: { ...bare, confidential: { enabled: false, resourceId: 'x' } } }),
    [],
  ],
];
for (const [rule, object, expected] of cases) {
  test(rule, () => assert.deepEqual(pathsOf(object), expected));
}

test('of two folders that collide both are told', () => {
  const [error] = validateInferenceService(sources(['s3://a/b'], ['s3://c/d', '/mnt/models/x']));
  assert.match(error?.message ?? '', /storageUris\[0\]\.mountPath is \/mnt\/models, got \/mnt\/models\/x/);
});
