import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateTemplate, evaluateTemplates, TemplateError } from './go-template.ts';

const values = { Name: 'iris', Namespace: 'ml', Labels: { tier: 'gold', 'a/b': 'slash' }, Annotations: {} };

for (const [template, expected] of [
  ['plain', 'plain'],
  ['{{.Name}}', 'iris'],
  ['{{ .Name }}-{{ .Namespace }}.x', 'iris-ml.x'],
  ['{{- .Name -}}', 'iris'],
  ['{{.Labels.tier}}', 'gold'],
  ['{{index .Labels "a/b"}}', 'slash'],
  ['{{.Annotations.missing}}', ''],
  ['{{.Labels.constructor}}', ''],
  ['{ {.Name} }', '{ {.Name} }'],
] as const) {
  test(template, () => assert.equal(evaluateTemplate(template, values), expected));
}

for (const template of [
  '{{.Spec}}',
  '{{ range .Labels }}',
  '{{.Name.x}}',
  '{{.Labels}}',
  '{{ printf "%s" .Name }}',
  '{{.constructor}}',
]) {
  test(`${template} is an error that names it`, () => {
    assert.throws(
      () => evaluateTemplate(template, values),
      (error) => error instanceof TemplateError && error.message.includes(template),
    );
  });
}

test('every text inside a value is evaluated', () => {
  assert.deepEqual(evaluateTemplates({ args: ['{{.Name}}', 'x'], port: 8080, on: true, none: null }, values), {
    args: ['iris', 'x'],
    port: 8080,
    on: true,
    none: null,
  });
});
