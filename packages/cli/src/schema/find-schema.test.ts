import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaCatalogue } from '@serval/manifests';
import { findSchema } from './find-schema.ts';

const catalogue = schemaCatalogue();
const fileOf = (word: string) => findSchema(catalogue, word).path.split('/').at(-1);

test('a kind is found by every name it has; without a version the stored one', () => {
  for (const word of [
    'isvc',
    'InferenceService',
    'inferenceservices',
    'isvc.v1beta1',
    'isvc.serving.kserve.io',
    'isvc.v1beta1.serving.kserve.io',
  ]) {
    assert.equal(fileOf(word), 'inferenceservice_v1beta1.json', word);
  }
  assert.equal(fileOf('llmisvc'), 'llminferenceservice_v1alpha2.json');
  assert.equal(fileOf('llmisvc.v1alpha1'), 'llminferenceservice_v1alpha1.json');
});

test('the schemas of more or of other than one kind have names too', () => {
  assert.equal(fileOf('serval'), 'serval.json');
  assert.equal(fileOf('storage-config'), 'storage-config.json');
});

test('what there is not is answered with what is near', () => {
  assert.throws(() => fileOf('InferenceServise'), { code: 'UnknownKind', hint: 'did you mean "inferenceservice"?' });
  assert.throws(() => fileOf('storage-conf'), { hint: 'did you mean "storage-config"?' });
  assert.throws(() => fileOf('llmisvc.v1'), {
    hint: /LLMInferenceService\.v1alpha1\..* and LLMInferenceService\.v1alpha2/,
  });
  assert.throws(() => fileOf('storage-config.v1'), { hint: 'there is storage-config' });
  assert.throws(() => fileOf('deployment'), { hint: '`serval schema` lists what there is' });
});
