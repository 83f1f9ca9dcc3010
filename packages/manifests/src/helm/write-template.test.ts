import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { and, call, type Expression, literal, value, writeExpression } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import { renderChart } from './render.ts';
import { templates, valueSets } from './test-support/arbitrary-tree.ts';
import { resolveTree } from './test-support/resolve-tree.ts';
import { computed, when } from './tree.ts';
import { writeTemplate } from './write-template.ts';

const chartOf = (template: string): FileSet =>
  new Map([
    ['helm/serval/values.yaml', '{}'],
    ['helm/serval/values.schema.json', '{}'],
    ['helm/serval/templates/x.yaml', template],
  ]);
const render = (template: string, values: Record<string, unknown> = {}) =>
  renderChart(chartOf(template), 'serval', { namespace: 'ns', values });

test('what is written renders to what the tree means', () => {
  fc.assert(
    fc.property(templates, valueSets, (template, values) => {
      const text = writeTemplate(template);
      const expected = resolveTree(template, { values, namespace: 'ns', apiVersions: new Set() });
      assert.deepEqual(render(text, values), expected === undefined ? [] : [expected], text);
    }),
    { numRuns: 1_000 },
  );
});

test('an expression is read as it was written', () => {
  const expressions: Expression[] = [
    value('a.b.c'),
    literal('"\\ {{ }} ( )'),
    and(value('a'), call('eq', value('b'), literal('x y'))),
    call('printf', literal('%s'), call('ternary', literal(''), literal(')'), call('empty', value('a')))),
  ];
  for (const expression of expressions) assert.deepEqual(parseExpression(writeExpression(expression)), expression);
});

const refused = {
  'a pipe': 'a: {{ .Values.a | quote }}',
  'another function': 'a: {{ lookup "v1" "Secret" "x" "y" }}',
  'a template of a text': 'a: {{ tpl .Values.a . }}',
  'a function without its arguments': 'a: {{ toJson }}',
  'another field of the release': 'a: {{ toJson .Release.Name }}',
  'another variable': 'a: {{ toJson $x }}',
  'a trimmed action': 'a: {{- toJson .Values.a }}',
  'a comment': '{{/* x */}}',
  'a definition': '{{- define "x" }}',
  'an end of nothing': '{{- end }}',
  'an else of nothing': '{{- else }}',
  'an else after else': '{{- if .Values.a }}\n{{- else }}\n{{- else }}\n{{- end }}',
  'a missing end': '{{- if .Values.a }}\na: 1',
  with: '{{- with .Values.a }}\n{{- end }}',
  'another range': '{{- range .Values.a }}\n{{- end }}',
  'a condition in the middle of a line': 'a: {{ if .Values.a }}1{{ end }}',
  'an indented condition': '  {{- if .Values.a }}\n  {{- end }}',
  'an action over two lines': 'a: {{ toJson\n  .Values.a }}',
};

for (const [what, template] of Object.entries(refused)) {
  test(`${what} is refused, with file and line`, () => {
    assert.throws(
      () => render(`kind: X\n${template}\n`),
      (error: ManifestsError) =>
        error.code === 'UnsupportedTemplate' && /^helm\/serval\/templates\/x\.yaml:\d+: /.test(error.message),
    );
  });
}

test('a value of nothing, and text where a list belongs, are refused with file and line', () => {
  for (const template of [
    'a: {{ toJson .Values.a.b }}',
    '{{- range $value := .Values.text }}\n- {{ toJson $value }}\n{{- end }}',
  ]) {
    assert.throws(
      () => render(template, { text: 'x' }),
      (error: ManifestsError) => error.code === 'BadValues' && error.message.includes('x.yaml:1'),
    );
  }
});

test('an object of which nothing may be left is not written', () => {
  assert.throws(
    () => writeTemplate({ kind: 'X', spec: { a: when(value('a'), computed(value('a'))) } }),
    ManifestsError,
  );
});
