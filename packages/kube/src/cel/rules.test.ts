import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CelRule, StructuralSchema } from '../schema/index.ts';
import { createRuleChecker } from './rules.ts';

const checker = createRuleChecker();
const object = (properties: Record<string, StructuralSchema>, ...rules: CelRule[]): StructuralSchema => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules,
});
const integer: StructuralSchema = { type: 'integer' };
const text: StructuralSchema = { type: 'string' };
const check = (schema: StructuralSchema, value: object, old?: object) =>
  checker
    .check(object({ spec: schema }), { spec: value }, old && { spec: old }, [])
    .map(({ path, message }) => `${path}: ${message}`);

test('rules that do not hold are told with their message, at their path', () => {
  const schema = object(
    { min: integer, max: integer },
    { rule: 'self.min <= self.max', message: 'min is above max', fieldPath: '.min' },
    { rule: 'self.max < 100', messageExpression: '"max is " + string(self.max)', reason: 'FieldValueForbidden' },
    { rule: 'self.max != 7' },
  );
  assert.deepEqual(check(schema, { min: 1, max: 2 }), []);
  assert.deepEqual(check(schema, { min: 200, max: 150 }), [
    'spec.min: Invalid value: min is above max',
    'spec: Forbidden: max is 150',
  ]);
  assert.deepEqual(check(schema, { min: 1, max: 7 }), ['spec: Invalid value: failed rule: self.max != 7']);
  assert.deepEqual(check(schema, { max: 1 }), [
    'spec.min: Invalid value: No such key: min evaluating rule: min is above max',
  ]);
});

test('transition rules compare with what was there; others leave alone what did not change', () => {
  const fixed: StructuralSchema = {
    ...text,
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }],
  };
  const short: StructuralSchema = {
    ...text,
    'x-kubernetes-validations': [{ rule: 'self.size() < 3', message: 'short' }],
  };
  const items: StructuralSchema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', properties: { name: text, fixed } },
  };
  const schema: StructuralSchema = { type: 'object', properties: { fixed, short, items } };
  assert.deepEqual(check(schema, { fixed: 'a', short: 'abc' }), ['spec.short: Invalid value: "abc": short']);
  assert.deepEqual(check(schema, { fixed: 'b', short: 'abc' }, { fixed: 'a', short: 'abc' }), [
    'spec.fixed: Invalid value: "b": fixed',
  ]);
  const before = { items: [{ name: 'x', fixed: '1' }] };
  assert.deepEqual(
    check(
      schema,
      {
        items: [
          { name: 'new', fixed: '2' },
          { name: 'x', fixed: '3' },
        ],
      },
      before,
    ),
    ['spec.items[1].fixed: Invalid value: "3": fixed'],
  );
});

test('the libraries that rules use', () => {
  const free: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const value = {
    list: [{ name: 'a', weight: 2 }],
    url: 'https://example.com:8443/x?y=1',
    memory: '1Gi',
    'with-dash': 1,
    constructor: 'x',
  };
  const holds = [
    'self.list.all(i, has(i.name)) && has(self.list[0].weight) && !has(self.list[0].other)',
    'self.list.map(i, i.weight).sum() <= 2 && self.list.exists_one(i, i.name == "a")',
    "quantity(self.memory).isLessThan(quantity('2Gi')) && quantity('1500m').compareTo(quantity('1.5')) == 0",
    "url(self.url).getHostname() == 'example.com' && url(self.url).getPort() == '8443' && !isURL('x')",
    "isIP('::1') && !isIP('example.com')",
    "'has(' + 'x)' == 'has(x)' && 'abc'.replace('b', '') == 'ac' && [1, 3, 2].max() == 3",
    "self['with-dash'] == 1 && self.constructor == 'x'",
    "duration('1m') > duration('59s') && 'a/b'.split('/').size() == 2",
  ];
  for (const rule of holds)
    assert.deepEqual(check({ ...free, 'x-kubernetes-validations': [{ rule }] }, value), [], rule);
});

test('rules that cannot be compiled are told by their place, those that need a missing library are left out', () => {
  const errors = checker.checkSchema(
    {
      type: 'object',
      properties: {
        a: {
          type: 'string',
          'x-kubernetes-validations': [{ rule: 'self +' }, { rule: 'nope > 1' }, { rule: '1 + 1' }],
        },
        b: {
          type: 'array',
          items: { type: 'string', 'x-kubernetes-validations': [{ rule: 'semver(self).major() == 4' }] },
        },
      },
    },
    'schema',
  );
  assert.deepEqual(
    errors.map(({ path }) => path),
    [0, 1, 2].map((index) => `schema.properties[a].x-kubernetes-validations[${index}].rule`),
  );
});

test('rules are not evaluated for objects of the wrong shape, nor for ever', () => {
  const endless = object(
    { list: { type: 'array', items: integer } },
    { rule: 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))' },
  );
  const list = Array.from({ length: 3000 }, (_, index) => index);
  assert.match(check(endless, { list })[0] as string, /cost budget/);
  const [skipped] = checker.check(endless, {}, undefined, [{ path: 'x', reason: 'FieldValueRequired', message: '' }]);
  assert.match(skipped?.message ?? '', /some validation rules were not checked/);
});
