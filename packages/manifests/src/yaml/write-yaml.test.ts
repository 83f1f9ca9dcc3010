import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml';
import { writeYaml, writeYamlDocuments } from './write-yaml.ts';

/** Texts that YAML likes to misread. */
const trickyTexts = [
  'yes',
  'No',
  'ON',
  'y',
  'null',
  '~',
  'true',
  '0o14',
  '014',
  '1_000',
  '12:30:45',
  '1e3',
  '.5',
  '.inf',
  '.NaN',
  '-',
  '- a',
  '? a',
  'a: b',
  'a:',
  'a #b',
  '#a',
  '<<',
  '=',
  '!tag',
  '&a',
  '*a',
  '%a',
  '@a',
  '`a`',
  '{{ .Name }}',
  '[a]',
  '---',
  '...',
  '2026-01-02',
  '',
  ' ',
  ' a',
  'a ',
  'a\n',
  '\na',
  'a\n\nb',
  'a\n b\n',
  ' a\nb',
  'a\n\n',
  'a \nb',
  'a\tb',
  '\t',
  'a\r\nb',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ud83d\ude00',
  '\ud800',
  "it's",
  '"quoted"',
  '\\d+',
  '__proto__',
];
const texts = fc.oneof(fc.constantFrom(...trickyTexts), fc.string({ unit: 'binary' }), fc.string());
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      texts.filter((text) => text !== '__proto__' && text.length < 1000),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

test('what is written is read back, by YAML 1.2 and by YAML 1.1', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = writeYaml(value);
      assert.deepEqual(load(text), value, text);
      assert.deepEqual(load(text, { schema: YAML11_SCHEMA }), value, text);
    }),
    { numRuns: 2_000 },
  );
});

test('what is written between brackets is read back', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 80 }), (value, bracketWidth) => {
      const text = writeYaml(value, { bracketWidth });
      assert.deepEqual(load(text), value, text);
      assert.deepEqual(load(text, { schema: YAML11_SCHEMA }), value, text);
    }),
    { numRuns: 2_000 },
  );
});

test('what is short stands on one line', () => {
  const value = { a: { b: { type: 'string' }, c: { items: { type: 'object', description: 'x, y' }, type: 'array' } } };
  assert.equal(
    writeYaml(value, { bracketWidth: 60 }),
    "a:\n  b: {type: string}\n  c: {items: {description: 'x, y', type: object}, type: array}\n",
  );
});

test('each tricky text is read back, as a value, as an item and as a key', () => {
  for (const text of trickyTexts) {
    const value = { value: text, items: [text], ...(text === '__proto__' ? {} : { [text]: 1 }) };
    assert.deepEqual(load(writeYaml(value)), value, JSON.stringify(text));
    assert.deepEqual(load(writeYaml(value), { schema: YAML11_SCHEMA }), value, JSON.stringify(text));
  }
});

test('the order of fields and absent fields make no difference', () => {
  const one = {
    spec: { b: 1, a: [{ image: 'x', name: 'web' }] },
    metadata: { name: 'web' },
    kind: 'K',
    apiVersion: 'v1',
  };
  const other = { apiVersion: 'v1', kind: 'K', x: undefined, metadata: { name: 'web' }, spec: { ...one.spec } };
  assert.equal(writeYaml(one), writeYaml(other));
  assert.equal(
    writeYaml(one),
    'apiVersion: v1\nkind: K\nmetadata:\n  name: web\nspec:\n  a:\n  - name: web\n    image: x\n  b: 1\n',
  );
});

test('text of several lines stands in a block, long lines stay whole', () => {
  const long = 'word '.repeat(100).trim();
  assert.equal(
    writeYaml({ a: `{\n  "b": 1\n}`, c: 'x\ny\n', d: long }),
    `a: |-\n  {\n    "b": 1\n  }\nc: |\n  x\n  y\nd: ${long}\n`,
  );
});

test('documents', () => {
  assert.equal(writeYamlDocuments([{ a: {} }, { b: [] }]), '---\na: {}\n---\nb: []\n');
  assert.deepEqual(loadAll(writeYamlDocuments([{ a: 1 }, 'x'])), [{ a: 1 }, 'x']);
});

test('what JSON cannot hold is refused', () => {
  assert.throws(() => writeYaml({ a: Number.NaN }), TypeError);
});
