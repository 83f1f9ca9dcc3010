import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeJson } from './write-json.ts';

test('what is written is read as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(writeJson(plain)), plain);
    }),
  );
});

test('what fits on a line stands on one; absent fields are left out', () => {
  assert.equal(writeJson({ a: [1, { b: null }], c: undefined, d: {} }), '{ "a": [1, { "b": null }], "d": {} }\n');
  const long = 'x'.repeat(100);
  assert.equal(writeJson({ a: [1], b: [long, long] }), `{\n "a": [1],\n "b": [\n  "${long}",\n  "${long}"\n ]\n}\n`);
});
