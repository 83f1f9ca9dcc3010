import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '@serval/kube/objects';
import { differenceOf } from './partial-match.ts';

const v2 = (data: Json) => ({ id: 'a', outputs: [{ name: 'o', datatype: 'FP32', shape: [2], data }] });

for (const [title, expected, actual, tolerance] of [
  ['what is the same', v2([0.5, 1]), v2([0.5, 1]), 0],
  ['fields that nobody named', { outputs: [{ data: [0.5, 1] }] }, v2([0.5, 1]), 0],
  ['an empty expectation', {}, v2([1]), 0],
  ['numbers within the tolerance', v2([0.5, 1]), v2([0.501, 0.9995]), 0.01],
  ['other values of the same kind', { ok: true, none: null, text: 'é' }, { ok: true, none: null, text: 'é' }, 0],
] as const) {
  test(`no difference: ${title}`, () => {
    assert.equal(differenceOf(expected as Json, actual as Json, tolerance), undefined);
  });
}

for (const [title, expected, actual, tolerance, path, wanted, got] of [
  ['a number', v2([0.5, 1]), v2([0.5, 2]), 0.1, 'outputs[0].data[1]', '1', '2'],
  ['a text', { a: 'x' }, { a: 'y'.repeat(200) }, 1, 'a', '"x"', `"${'y'.repeat(78)}…`],
  ['a number in the place of a text', { a: '1' }, { a: 1 }, 1, 'a', '"1"', '1'],
  ['a text in the place of a number', { a: 1 }, { a: '1' }, 1, 'a', '1', '"1"'],
  ['a missing field', { a: { b: 1 } }, { a: {} }, 0, 'a.b', '1', 'nothing'],
  ['what only looks like a field', { a: { toString: 1 } }, { a: {} }, 0, 'a.toString', '1', 'nothing'],
  ['a shorter list', { a: [1, 2] }, { a: [1] }, 0, 'a', '2 items', '1 items'],
  ['a longer list', { a: [1] }, { a: [1, 2] }, 0, 'a', '1 items', '2 items'],
  ['no list', { a: [1] }, { a: { 0: 1 } }, 0, 'a', 'a list of 1', 'an object'],
  ['no object', { a: {} }, { a: null }, 0, 'a', 'an object', 'null'],
  ['no answer at all', { a: 1 }, [], 0, '', 'an object', 'a list of 0'],
  ['null is not absent', { a: null }, {}, 0, 'a', 'null', 'nothing'],
] as const) {
  test(`a difference: ${title}`, () => {
    const difference = differenceOf(expected as Json, actual as Json, tolerance);
    assert.deepEqual(difference, { path, expected: wanted, actual: got });
  });
}

test('what is nested without end is told, and not followed', () => {
  const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as Json;
  assert.equal(differenceOf(deep, deep, 0)?.actual, 'more');
});
