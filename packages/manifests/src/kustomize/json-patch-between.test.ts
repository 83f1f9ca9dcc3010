import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch, type Json } from '@serval/kube/objects';
import fc from 'fast-check';
import { jsonPatchBetween } from './json-patch-between.ts';

test('a patch between any two values makes the second of the first', () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(json, json, (before, after) => {
      assert.deepEqual(applyJsonPatch(before, jsonPatchBetween(before, after)), after);
    }),
    { numRuns: 500 },
  );
});

test('what is equal needs no patch', () => {
  assert.deepEqual(jsonPatchBetween({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), []);
});

test('lists that grew are added to, and keys are escaped', () => {
  assert.deepEqual(jsonPatchBetween({ args: ['a', 'b'], m: {} }, { args: ['a', 'c', 'd'], m: { 'x/y~z': 1 } }), [
    { op: 'replace', path: '/args/1', value: 'c' },
    { op: 'add', path: '/args/-', value: 'd' },
    { op: 'add', path: '/m/x~1y~0z', value: 1 },
  ]);
});
