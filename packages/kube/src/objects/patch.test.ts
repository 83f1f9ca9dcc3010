import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepEqual } from './deep-equal.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch, createMergePatch } from './merge-patch.ts';
import type { Json, JsonObject } from './meta.ts';

const mergeCases: [Json, Json, Json][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: 'x' }, ['c'], ['c']],
  [{}, { a: { b: { c: null } } }, { a: { b: {} } }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
];
for (const [target, patch, expected] of mergeCases) {
  test(`merge patch ${JSON.stringify(patch)} on ${JSON.stringify(target)}`, () => {
    const before = structuredClone(target);
    assert.deepEqual(applyMergePatch(target, patch), expected);
    assert.deepEqual(target, before);
  });
}

const pod = { spec: { containers: [{ name: 'a' }, { name: 'b' }] }, 'x/y~z': 1, list: [1, 2, 3] };
const jsonCases: [string, unknown[], Json][] = [
  ['adds to the end of a list', [{ op: 'add', path: '/list/-', value: 4 }], { ...pod, list: [1, 2, 3, 4] }],
  ['inserts into a list', [{ op: 'add', path: '/list/0', value: 0 }], { ...pod, list: [0, 1, 2, 3] }],
  ['replaces an escaped field', [{ op: 'replace', path: '/x~1y~0z', value: 2 }], { ...pod, 'x/y~z': 2 }],
  ['removes an item', [{ op: 'remove', path: '/list/1' }], { ...pod, list: [1, 3] }],
  ['moves', [{ op: 'move', from: '/list/0', path: '/list/2' }], { ...pod, list: [2, 3, 1] }],
  ['copies', [{ op: 'copy', from: '/list/0', path: '/list/-' }], { ...pod, list: [1, 2, 3, 1] }],
  ['passes a test', [{ op: 'test', path: '/spec', value: { containers: [{ name: 'a' }, { name: 'b' }] } }], pod],
  ['replaces the whole', [{ op: 'replace', path: '', value: 7 }], 7],
];
for (const [what, patch, expected] of jsonCases) {
  test(`JSON patch ${what}`, () => {
    const before = structuredClone(pod);
    assert.deepEqual(applyJsonPatch(pod, patch), expected);
    assert.deepEqual(pod, before);
  });
}

const refused: [string, unknown, 'malformed' | 'inapplicable', RegExp][] = [
  ['an object', {}, 'malformed', /array of operations/],
  ['an unknown op', [{ op: 'frob', path: '/a' }], 'malformed', /unknown op "frob"/],
  ['a path without slash', [{ op: 'remove', path: 'a' }], 'malformed', /JSON pointer/],
  ['an add without value', [{ op: 'add', path: '/a' }], 'malformed', /needs a "value"/],
  ['a missing path', [{ op: 'remove', path: '/nope' }], 'inapplicable', /operation 0: \/nope does not exist/],
  ['a replace of a missing path', [{ op: 'replace', path: '/nope', value: 1 }], 'inapplicable', /does not exist/],
  ['an index out of range', [{ op: 'add', path: '/list/9', value: 1 }], 'inapplicable', /index from 0 to 3/],
  ['a padded index', [{ op: 'remove', path: '/list/01' }], 'inapplicable', /not an index/],
  ['a failed test', [{ op: 'test', path: '/list', value: [] }], 'inapplicable', /test of \/list failed/],
  ['a move into itself', [{ op: 'move', from: '/spec', path: '/spec/a' }], 'inapplicable', /into itself/],
  ['a prototype field', [{ op: 'remove', path: '/constructor' }], 'inapplicable', /does not exist/],
];
for (const [what, patch, code, message] of refused) {
  test(`JSON patch refuses ${what}`, () => {
    assert.throws(() => applyJsonPatch(pod, patch), { name: 'JsonPatchError', code, message });
  });
}

test('a patch cannot reach a prototype', () => {
  const patch = JSON.parse('{"__proto__": {"polluted": true}}') as Json;
  applyMergePatch({}, patch);
  applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.string(), fc.array(fc.integer()), tie('object')),
  object: fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }),
}));

test('property: a created merge patch leads from one object to the other', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      assert.ok(deepEqual(applyMergePatch(from, createMergePatch(from, to)), to));
      assert.deepEqual(createMergePatch(from, structuredClone(from)), {});
    }),
  );
});

test('property: a merge patch applied twice is applied once', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const once = applyMergePatch(target, patch);
      assert.ok(deepEqual(applyMergePatch(once, patch), once));
    }),
  );
});

test('property: equality holds for a clone and sees one change', () => {
  fc.assert(
    fc.property(object, fc.string({ maxLength: 3 }), (value, key) => {
      assert.ok(deepEqual(value, structuredClone(value)));
      assert.equal(deepEqual(value, { ...value, [`${key}!!!`]: 1 }), false);
    }),
  );
});
