import fc from 'fast-check';
import {
  and,
  call,
  type Expression,
  empty,
  entryValue,
  literal,
  not,
  or,
  releaseNamespace,
  value,
} from '../expression.ts';
import { Choice, computed, Entries, type TemplateNode } from '../tree.ts';

/** Texts that templates, JSON or YAML could misread. */
const trickyTexts = [
  '{{ .Values.text }}',
  '{{',
  '{{{',
  '{{{{ }}',
  '}}',
  '{',
  '{{- end }}',
  '{{/* no */}}',
  '"{{"',
  '`{{`',
  '%s %d',
  '---',
  'a\n---\nb\n',
  'a\n{{- if x }}\nb',
  ' {{ a',
  'yes',
  '012',
  '1e3',
  '',
  'it\'s "so" \\ <b> & \u2028',
  'ä 😀',
];

const texts = fc.oneof(fc.constantFrom(...trickyTexts), fc.string({ unit: 'grapheme', maxLength: 12 }));
const numbers = fc.integer({ min: -1_000_000, max: 1_000_000 });
const names = fc.constantFrom('a', 'b', 'c', 'd-e', 'f/g', 'name', '{{');

const literals = fc.letrec<{ node: TemplateNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    texts,
    numbers,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(names, tie('node'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).node;

/** What the values of a chart may be in these tests, in the types that the trees below expect. */
export const valueSets = fc.record({
  text: texts,
  other: texts,
  flag: fc.boolean(),
  count: numbers,
  list: fc.array(fc.oneof(texts, numbers, fc.boolean()), { maxLength: 3 }),
  map: fc
    .dictionary(texts, texts, { maxKeys: 3, noNullPrototype: true })
    .filter((map) => !Object.hasOwn(map, '__proto__')),
});

const conditions: fc.Arbitrary<Expression> = fc.letrec<{ condition: Expression }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('flag', 'count', 'text', 'list', 'map').map(value),
    texts.map((text) => call('eq', value('text'), literal(text))),
    tie('condition').map(not),
    fc.constantFrom('text', 'list').map((path) => empty(value(path))),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => and(a, b)),
    fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => or(a, b)),
  ),
})).condition;

const expressions: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom('text', 'flag', 'count', 'list', 'map').map(value),
  fc.constant(releaseNamespace),
  fc.constant(call('default', releaseNamespace, value('other'))),
  fc.constant(call('toPrettyJson', value('map'))),
  texts.map((text) => call('printf', literal('%s/%s'), value('text'), literal(text))),
  conditions.map((condition) => call('ternary', value('text'), literal('-'), empty(condition))),
);

/** Trees of any shape that the writer takes: in each map and list something is always there. */
const nodes = fc.letrec<{ node: TemplateNode; part: TemplateNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    literals,
    expressions.map(computed),
    fc.tuple(literals, fc.array(tie('part'), { maxLength: 3 })).map(([first, parts]) => [first, ...parts]),
    fc
      .tuple(literals, fc.dictionary(names, tie('part'), { maxKeys: 3, noNullPrototype: true }))
      .map(([first, parts]) => ({ ...parts, always: first })),
  ),
  part: fc.oneof(
    tie('node'),
    fc
      .tuple(
        fc.array(fc.record({ condition: conditions, node: tie('node') }), { minLength: 1, maxLength: 2 }),
        fc.option(tie('node'), { nil: undefined }),
      )
      .map(([branches, rest]) => new Choice([...branches, ...(rest === undefined ? [] : [{ node: rest }])])),
  ),
})).node;

/** Objects with generated content, more entries and more items. */
export const templates: fc.Arbitrary<TemplateNode> = fc
  .record({ content: nodes, more: nodes, condition: fc.option(conditions, { nil: undefined }) })
  .map(({ content, more, condition }) => {
    const object: TemplateNode = {
      apiVersion: 'v1',
      kind: 'Generated',
      metadata: { name: 'x', labels: { fixed: 'x', more: new Entries(value('map'), entryValue) } },
      content,
      items: [more, new Entries(value('list'), entryValue)],
    };
    return condition ? new Choice([{ condition, node: object }]) : object;
  });
