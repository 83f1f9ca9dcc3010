import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCondition, isConditionTrue, setCondition } from './conditions.ts';
import { scaledValue } from './int-or-string.ts';
import type { Condition } from './meta.ts';
import {
  checkConfigKey,
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelKey,
  checkLabelValue,
  type NameCheck,
  nameWithSuffix,
} from './names.ts';

const long = 'a'.repeat(64);
const names: [string, NameCheck, string[], string[]][] = [
  ['label', checkDns1123Label, ['a', 'my-name', '123-abc'], ['', '-a', 'a-', 'A', 'a.b', long]],
  ['subdomain', checkDns1123Subdomain, ['a', 'a.b-c.d', long], ['', '.a', 'a..b', 'a_b', 'a'.repeat(254)]],
  ['service name', checkDns1035Label, ['a1', 'web'], ['1a', 'a.b', '']],
  ['label key', checkLabelKey, ['app', 'a.b/c_D.e'], ['', '/a', 'a/', 'a/b/c', 'A_/b', `a/${long}`, '-a']],
  ['label value', checkLabelValue, ['', 'a', 'A_b.c-1'], ['-a', 'a b', 'a/b', long]],
  ['config key', checkConfigKey, ['a.json', '.hidden', 'A_1'], ['', '.', '..', '..a', 'a/b']],
];
for (const [what, check, good, bad] of names) {
  test(`names: ${what}`, () => {
    for (const name of good) assert.equal(check(name), undefined, name);
    for (const name of bad) assert.equal(typeof check(name), 'string', name);
  });
}

test('a suffix fits into the allowed length', () => {
  assert.equal(nameWithSuffix('web', '-predictor'), 'web-predictor');
  assert.equal(nameWithSuffix(`${'a'.repeat(58)}-b`, '-1234'), `${'a'.repeat(58)}-1234`);
});

test('a share of a number is rounded as asked', () => {
  assert.equal(scaledValue(3, 10, 'up'), 3);
  assert.equal(scaledValue('25%', 10, 'up'), 3);
  assert.equal(scaledValue('25%', 10, 'down'), 2);
  assert.equal(scaledValue('29%', 100, 'up'), 29);
  assert.throws(() => scaledValue('3', 10, 'up'), /neither a whole number nor a percentage/);
});

test('the transition time of a condition moves with its status only', () => {
  const ready: Condition = { type: 'Ready', status: 'False', reason: 'Waiting' };
  const first = setCondition<Condition>(undefined, ready, 't1');
  assert.equal(first[0]?.lastTransitionTime, 't1');
  const reworded = setCondition(first, { ...ready, reason: 'StillWaiting' }, 't2');
  assert.equal(findCondition(reworded, 'Ready')?.lastTransitionTime, 't1');
  assert.equal(findCondition(reworded, 'Ready')?.reason, 'StillWaiting');
  const turned = setCondition(reworded, { ...ready, status: 'True' }, 't3');
  assert.equal(findCondition(turned, 'Ready')?.lastTransitionTime, 't3');
  assert.equal(isConditionTrue(turned, 'Ready'), true);
  assert.equal(isConditionTrue(turned, 'Other'), false);
  assert.equal(first[0]?.lastTransitionTime, 't1');
});
