import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '../schema/index.ts';
import { createCelEnvironment } from './environment.ts';
import { checkRuleCosts, ruleCosts } from './rule-costs.ts';

const text = (more: StructuralSchema = {}): StructuralSchema => ({ type: 'string', ...more });
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    a: text(),
    b: text({ maxLength: 100_000 }),
    e: text({ enum: ['abc', 'de'] }),
    i: { type: 'integer' },
    ios: { 'x-kubernetes-int-or-string': true },
    d: text({ format: 'date-time' }),
    l: { type: 'array', items: text() },
    lb: { type: 'array', maxItems: 1000, items: text({ maxLength: 1000 }) },
    lo: {
      type: 'array',
      maxItems: 5000,
      items: {
        type: 'object',
        required: ['n'],
        properties: {
          n: text({ maxLength: 300 }),
          k: { type: 'integer' },
          t: { type: 'array', maxItems: 50, items: text({ maxLength: 60 }) },
        },
      },
    },
    m: { type: 'object', additionalProperties: text() },
    mm: {
      type: 'object',
      maxProperties: 3000,
      additionalProperties: { type: 'object', properties: { v: text({ maxLength: 200 }) } },
    },
  },
};

/** What kube-apiserver 1.33 said of these rules: how many times over the limit they are; nothing when they are within. */
const told: [string, string | undefined][] = [
  ['self.i == 3', undefined],
  ["self.a.matches('^[a-z]+$')", undefined],
  ["self.l.all(x, x.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))", 'more than 100x'],
  ['self.l.all(x, self.l.all(y, x == y))', 'more than 100x'],
  ['self.lo.all(x, self.lo.exists_one(y, x.k == y.k))', '15.0x'],
  ['self.lo.all(x, self.lo.all(y, x.k < y.k))', '20.0x'],
  ["self.lo.all(x, self.lo.all(y, self.e == 'abc'))", '15.0x'],
  ['self.lo.all(x, self.lo.all(y, type(self.ios) == int ? self.ios < 5 : true))', '25.0x'],
  ['self.lo.map(x, x.n).all(z, self.lo.exists(y, y.n == z))', '17.5x'],
  ["self.lo.all(x, self.lo.all(y, self.d > timestamp('2020-01-01T00:00:00Z')))", '17.5x'],
  ['self.mm.all(k, self.mm.all(j, k.startsWith(j)))', '4.5x'],
];

for (const [rule, factor] of told) {
  test(`cost of ${rule}`, () => {
    const [found] = ruleCosts(createCelEnvironment(['self', 'oldSelf']), {
      ...schema,
      'x-kubernetes-validations': [{ rule }],
    });
    assert.ok(found);
    const times = found.cost / 10_000_000;
    assert.equal(times <= 1 ? undefined : times > 100 ? 'more than 100x' : `${times.toFixed(1)}x`, factor);
  });
}

test('a rule costs as often as it is evaluated, and all rules together may cost no more than ten of the largest', () => {
  const environment = createCelEnvironment(['self', 'oldSelf']);
  const rule = { rule: "self.matches('^[a-z]+$')" };
  const nested = (maxItems?: number): StructuralSchema => ({
    type: 'object',
    properties: {
      list: {
        type: 'array',
        ...(maxItems ? { maxItems } : {}),
        items: text({ maxLength: 1000, 'x-kubernetes-validations': [rule] }),
      },
    },
  });
  assert.deepEqual(checkRuleCosts(environment, nested(1000), 'schema'), []);
  const [error] = checkRuleCosts(environment, nested(), 'schema');
  assert.equal(error?.path, 'schema.properties[list].items.x-kubernetes-validations[0].rule');
  assert.match(error?.message ?? '', /exceeds budget by factor of [\d.]+x \(try .*maxItems/);
  const many = {
    type: 'object' as const,
    'x-kubernetes-validations': Array.from({ length: 20 }, () => ({
      rule: "self.l.all(x, x.size() > 1 && x.startsWith('abcdefghij'))",
    })),
    properties: { l: { type: 'array' as const, maxItems: 900_000, items: text() } },
  };
  assert.match(checkRuleCosts(environment, many, 'schema').at(-1)?.message ?? '', /total for entire OpenAPIv3 schema/);
});
