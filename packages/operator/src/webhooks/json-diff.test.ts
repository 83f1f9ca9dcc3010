import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch, type Json } from '@serval/kube/objects';
import { jsonDiff } from './json-diff.ts';

for (const [what, from, to, operations] of [
  ['nothing', { a: 1 }, { a: 1 }, 0],
  ['a field added, one changed, one gone', { a: 1, b: { c: 1, d: 2 } }, { a: 2, b: { c: 1 }, e: [1] }, 3],
  ['names that need escapes', { 'a/b': 1 }, { 'a/b': 2, 'c~d': 3 }, 2],
  ['a list as a whole', { a: [{ x: 1 }] }, { a: [{ x: 1 }, { x: 2 }] }, 1],
] as const) {
  test(what, () => {
    const patch = jsonDiff(from, to);
    assert.equal(patch.length, operations);
    assert.deepEqual(applyJsonPatch(from as unknown as Json, patch), to);
  });
}
