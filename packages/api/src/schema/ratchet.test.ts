import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldError } from '@serval/kube/schema';
import { valueAt, withoutUnchanged } from './ratchet.ts';

const error = (path: string, message: string): FieldError => ({ path, message, reason: 'FieldValueInvalid' });
const metadata = { name: 'x' };

const cases: [what: string, now: object, before: object | undefined, expected: number][] = [
  ['an invalid field of a new object', { spec: { a: -1 } }, undefined, 1],
  ['an invalid field that stays', { spec: { a: -1, b: 2 } }, { spec: { a: -1 } }, 0],
  ['another invalid value', { spec: { a: -2 } }, { spec: { a: -1 } }, 1],
  ['a field that becomes invalid', { spec: { a: -1 } }, { spec: { a: 1 } }, 1],
];
/** Says the same whatever the value is. */
const check = (object: { spec?: { a?: number } }) =>
  (object.spec?.a ?? 0) < 0 ? [error('spec.a', 'must be positive')] : [];
for (const [what, now, before, expected] of cases) {
  test(what, () => {
    const errors = withoutUnchanged(check(now), () => check(before ?? {}), now, before);
    assert.equal(errors.length, expected);
  });
}

test('an error of a part passes while it stays the same, whatever else changes in the part', () => {
  const errors = [error('spec', 'must have one of a, b; it has both')];
  assert.deepEqual(
    withoutUnchanged(errors, () => errors, { spec: { c: 1 } } as object, { spec: { c: 2 } }),
    [],
  );
  const more = [error('spec', 'must have one of a, b; it has all')];
  assert.deepEqual(
    withoutUnchanged(errors, () => more, { spec: { c: 1 } } as object, { spec: { c: 2 } }),
    errors,
  );
});

test('nothing is said of an object that is being deleted', () => {
  const going = { metadata: { ...metadata, deletionTimestamp: '2030-01-01T00:00:00Z' } };
  assert.deepEqual(
    withoutUnchanged([error('a', 'b')], () => [], going, { metadata }),
    [],
  );
});

test('values by their paths', () => {
  const object = { metadata: { annotations: { 'a.b/c': 'x' } }, spec: { list: [{ name: 'n' }] } };
  assert.equal(valueAt(object, 'metadata.annotations[a.b/c]'), 'x');
  assert.equal(valueAt(object, 'spec.list[0].name'), 'n');
  assert.equal(valueAt(object, 'spec.list[1].name'), undefined);
  assert.equal(valueAt(object, 'spec.toString'), undefined);
  assert.equal(valueAt(undefined, 'spec'), undefined);
});
