import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatFieldSelector, matchesFields, parseFieldSelector } from './field-selector.ts';
import {
  formatLabelSelector,
  type LabelRequirement,
  labelRequirements,
  labelSelectorMatcher,
  matchesEveryLabel,
  matchesLabels,
  parseLabelSelector,
  type SelectorOperator,
} from './selector.ts';

const labels = { app: 'web', tier: 'front', size: '5', empty: '' };
const cases: [string, boolean][] = [
  ['', true],
  ['app=web', true],
  ['app==web,tier=front', true],
  ['app = web , tier = front', true],
  ['app=api', false],
  ['app!=api', true],
  ['absent!=x', true],
  ['app in (web, api)', true],
  ['app in (api)', false],
  ['app notin (api),absent notin (x)', true],
  ['app notin (web)', false],
  ['app', true],
  ['absent', false],
  ['!absent', true],
  ['!app', false],
  ['size>4', true],
  ['size<5', false],
  ['app>4', false],
  ['empty=', true],
  ['absent=', false],
  ['empty in (,x)', true],
];
for (const [text, expected] of cases) {
  test(`selector "${text}" ${expected ? 'matches' : 'does not match'}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(text), labels), expected);
  });
}

for (const wrong of [
  '=a',
  'a=b c',
  'a in b',
  'a in (b',
  ',',
  'a=b,',
  'a=b,,c',
  'a>x',
  '!',
  'a b',
  'a=!',
  '-a=b',
  'a=b/c',
]) {
  test(`selector "${wrong}" is refused`, () => {
    assert.throws(() => parseLabelSelector(wrong), { name: 'SelectorError' });
  });
}

test('a LabelSelector: absent matches nothing, empty everything', () => {
  assert.equal(labelSelectorMatcher(undefined)(labels), false);
  assert.equal(labelSelectorMatcher({})(undefined), true);
  const matches = labelSelectorMatcher({
    matchLabels: { app: 'web' },
    matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }],
  });
  assert.equal(matches(labels), true);
  assert.equal(matches({ app: 'web' }), false);
  const keyless = [{ operator: 'Exists' }] as unknown as { key: string; operator: 'Exists' }[];
  assert.throws(() => labelRequirements({ matchExpressions: keyless }), { name: 'SelectorError' });
  assert.throws(
    () => labelRequirements({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }),
    /at least one/,
  );
});

test('a Service selector matches nothing when empty, and never a prototype field', () => {
  assert.equal(matchesEveryLabel({}, labels), false);
  assert.equal(matchesEveryLabel({ app: 'web' }, labels), true);
  assert.equal(matchesLabels(parseLabelSelector('constructor'), {}), false);
});

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((text) => text !== 'in' && text !== 'notin');
const value = fc.stringMatching(/^[A-Za-z0-9]{0,5}$/).filter((text) => text !== 'in' && text !== 'notin');
const requirement: fc.Arbitrary<LabelRequirement> = fc
  .record({
    key: name,
    operator: fc.constantFrom<SelectorOperator>('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'),
    values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
    number: fc.nat(),
  })
  .map(({ key, operator, values, number }) => {
    if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator, values: [] };
    return { key, operator, values: operator === 'Gt' || operator === 'Lt' ? [String(number)] : values };
  });

test('property: label selectors read back from their text', () => {
  fc.assert(
    fc.property(fc.array(requirement, { maxLength: 4 }), (requirements) => {
      assert.deepEqual(parseLabelSelector(formatLabelSelector(requirements)), requirements);
    }),
  );
});

test('property: In and NotIn, Exists and DoesNotExist are opposites', () => {
  fc.assert(
    fc.property(requirement, fc.dictionary(name, value), (one, some) => {
      const opposite = { In: 'NotIn', NotIn: 'In', Exists: 'DoesNotExist', DoesNotExist: 'Exists' } as const;
      if (one.operator === 'Gt' || one.operator === 'Lt') return;
      const other = { ...one, operator: opposite[one.operator] };
      assert.notEqual(matchesLabels([one], some), matchesLabels([other], some));
    }),
  );
});

test('field selectors', () => {
  const fields: Record<string, string> = { 'metadata.name': 'web', 'status.phase': 'Running' };
  const matches = (text: string) => matchesFields(parseFieldSelector(text), (field) => fields[field] ?? '');
  assert.equal(matches('metadata.name=web,status.phase!=Failed'), true);
  assert.equal(matches('metadata.name==api'), false);
  assert.equal(matches('spec.nodeName='), true);
  assert.equal(matches(''), true);
  assert.throws(() => parseFieldSelector('metadata.name'), /field=value/);
  assert.throws(() => parseFieldSelector('a=b=c'), { name: 'SelectorError' });
});

test('property: field selectors read back from their text', () => {
  const field = fc.record(
    { field: name, operator: fc.constantFrom('=' as const, '!=' as const), value: fc.string() },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 4 }), (requirements) => {
      assert.deepEqual(parseFieldSelector(formatFieldSelector(requirements)), requirements);
    }),
  );
});
