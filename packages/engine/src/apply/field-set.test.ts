import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  difference,
  equalSets,
  type FieldSet,
  hasPath,
  intersection,
  isEmptySet,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
} from './field-set.ts';
import { formatPath, parseFieldsV1, serializeFieldsV1 } from './fields-v1.ts';

const element = fc.oneof(
  fc.constantFrom('f:a', 'f:b', 'f:c', 'f:'),
  fc.constantFrom('k:{"name":"x"}', 'k:{"name":"y"}', 'v:1', 'v:"1"', 'i:0'),
);
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const fieldSet: fc.Arbitrary<FieldSet> = fc.array(path, { maxLength: 6 }).map((paths) => setOf(...paths));
const holds = (law: (a: FieldSet, b: FieldSet, c: FieldSet) => boolean) =>
  fc.assert(fc.property(fieldSet, fieldSet, fieldSet, (a, b, c) => assert.ok(law(a, b, c))));

test('property: laws of sets', () => {
  holds((a, b) => equalSets(union(a, b), union(b, a)));
  holds((a, b, c) => equalSets(union(a, union(b, c)), union(union(a, b), c)));
  holds((a, b) => equalSets(intersection(a, b), intersection(b, a)));
  holds((a, b) => equalSets(union(a, intersection(a, b)), a));
  holds((a, b, c) => equalSets(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c))));
  holds((a, b) => isEmptySet(intersection(difference(a, b), b)));
  holds((a, b) => equalSets(union(difference(a, b), intersection(a, b)), a));
  holds((a) => isEmptySet(difference(a, a)) && isEmptySet(recursiveDifference(a, a)));
});

test('property: a recursive difference leaves nothing at or below the other’s paths', () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (a, b) => {
      const below = (found: readonly string[]) => found.some((_, i) => hasPath(b, found.slice(0, i + 1)));
      const expected = [...pathsOf(a)].filter((found) => !below(found));
      assert.deepEqual([...pathsOf(recursiveDifference(a, b))], expected);
    }),
  );
});

test('property: fieldsV1 reads back what was written', () => {
  fc.assert(
    fc.property(fieldSet, (set) => {
      const written = serializeFieldsV1(set);
      assert.ok(equalSets(parseFieldsV1(written), set));
      assert.deepEqual(serializeFieldsV1(parseFieldsV1(written)), written);
    }),
  );
});

test('fieldsV1: members, nested, both; other spellings of a key', () => {
  const set = parseFieldsV1({
    'f:a': {},
    'f:b': { '.': {}, 'f:c': {} },
    'f:d': { 'k:{"b": 1, "a": "x"}': { '.': {} } },
  });
  assert.deepEqual([...pathsOf(set)].map(formatPath), ['.a', '.b', '.b.c', '.d[a="x",b=1]']);
  assert.throws(() => parseFieldsV1({ 'x:a': {} }), /not a path element/);
  assert.throws(() => parseFieldsV1({ 'k:{': {} }), /not a path element/);
});
