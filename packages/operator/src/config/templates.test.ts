import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServingConfig } from './parse-config.ts';

const hosts: [string, string | undefined][] = [
  ['{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}', undefined],
  ['{{.Name}}.{{.Namespace}}.{{.IngressDomain}}', undefined],
  ['{{ .Name }}.{{ .IngressDomain }}', undefined],
  ['{{ .Name }}-{{ .Namespace }}.models.example.com', undefined],
  ['{{ .Name }}{{ .Labels.team }}.{{ .IngressDomain }}', undefined],
  ['{{ .Name }}{{ index .Annotations "example.com/suffix" }}.{{ .IngressDomain }}', undefined],
  ['{{ .Host }}', 'cannot evaluate {{ .Host }}'],
  ['{{ .Name | upper }}.{{ .IngressDomain }}', 'cannot evaluate {{ .Name | upper }}'],
  ['{{ .Labels }}.{{ .Name }}', 'has many values, name one'],
  ['{{ .Name }', 'which is no host name'],
  ['{{ .Name }}_{{ .Namespace }}.{{ .IngressDomain }}', 'gives "a_b.c.example", which is no host name'],
  ['https://{{ .Name }}.{{ .IngressDomain }}', 'which is no host name'],
  ['{{ .Name }}.{{ .IngressDomain }}:8080', 'which is no host name'],
  ['{{ .Namespace }}.{{ .IngressDomain }}', 'must contain {{ .Name }}, or services cannot be told apart'],
  ['models.example.com', 'must contain {{ .Name }}, or services cannot be told apart'],
];

const paths: [string, string | undefined][] = [
  ['/serving/{{ .Namespace }}/{{ .Name }}', undefined],
  ['/{{ .Namespace }}/{{ .Name }}/', undefined],
  ['/{{.Name}}', undefined],
  ['/v1/{{ .Name }}~{{ .Namespace }}', undefined],
  ['serving/{{ .Name }}', 'which is no path such as /serving/NAMESPACE/NAME'],
  ['/serving//{{ .Name }}', 'which is no path'],
  ['/serving/{{ .Name }}?x=1', 'which is no path'],
  ['/serving/{{ .IngressDomain }}/{{ .Name }}', 'cannot evaluate {{ .IngressDomain }}'],
  ['/serving/{{ .Namespace }}', 'must contain {{ .Name }}, or services cannot be told apart'],
  ['/', 'which is no path'],
];

for (const [key, cases] of [
  ['domainTemplate', hosts],
  ['pathTemplate', paths],
] as const) {
  for (const [template, fault] of cases) {
    test(`${key} ${template} ${fault ?? 'is taken'}`, () => {
      const data = { ingress: JSON.stringify({ [key]: template }) };
      const { problems } = readServingConfig({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data });
      assert.equal(problems.length, fault === undefined ? 0 : 1);
      if (fault !== undefined) {
        assert.equal(problems[0]?.path, `ingress.${key}`);
        assert.ok(problems[0]?.message.includes(fault), problems[0]?.message);
      }
    });
  }
}
