import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { differenceOf, loadExamples } from './examples.ts';

test('answers are compared as float32 results of another library', () => {
  assert.equal(differenceOf([[0.1, 0.2]], [[0.1, 0.20000001]]), undefined);
  assert.match(differenceOf([[0.1, 0.2]], [[0.1, 0.21]]) ?? '', /predictions\[0\]\[1\]: 0\.2 instead of 0\.21/);
  assert.match(differenceOf([1], [1, 2]) ?? '', /1 entries instead of 2/);
  assert.match(differenceOf(undefined, [1]) ?? '', /instead of/);
  assert.equal(differenceOf(['a', 0], ['a', 0]), undefined);
  assert.equal(differenceOf([{ label: 'a', p: 0.1 }], [{ label: 'a', p: 0.10000001 }]), undefined);
  assert.match(differenceOf([{ label: 'a' }], [{ label: 'b' }]) ?? '', /predictions\[0\]\.label: "a" instead of "b"/);
  assert.match(differenceOf([{}], [{ label: 'b' }]) ?? '', /undefined instead of "b"/);
});

test('every example of this clone is whole', async () => {
  const root = fileURLToPath(new URL('../../../../examples', import.meta.url));
  const examples = await loadExamples(root, root);
  assert.ok(examples.length >= 3);
  for (const { name, manifest, input, expected } of examples) {
    assert.equal(manifest.kind, 'InferenceService', name);
    assert.equal(JSON.parse(input).instances.length, expected.predictions.length, name);
  }
});
