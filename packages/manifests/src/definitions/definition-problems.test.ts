import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CustomResourceDefinition, crds } from '@serval/api';
import type { StructuralSchema } from '@serval/kube/schema';
import { crdsFor } from '@serval/operator/declarations';
import { definitionProblems, requireSoundDefinitions } from './definition-problems.ts';

test('our definitions have none, with webhooks and without, in both bundles', () => {
  for (const bundle of ['standard', 'full'] as const) {
    requireSoundDefinitions(crdsFor({ bundle }));
    requireSoundDefinitions(crdsFor({ bundle, webhooks: { service: { namespace: 'ns' } } }));
  }
});

function spoiled(change: (crd: CustomResourceDefinition) => void): string[] {
  const crd = structuredClone(crds()[0]) as CustomResourceDefinition;
  change(crd);
  return definitionProblems(crd).map(({ definition, path, message }) => `${definition} ${path} ${message}`);
}

const specOf = (crd: CustomResourceDefinition) =>
  crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'] as StructuralSchema & { properties: object };

for (const [what, change, expected] of [
  ['a field without type', (crd) => Object.assign(specOf(crd).properties, { a: {} }), /\[?a\]?.*type/],
  [
    'a pattern that RE2 does not have',
    (crd) => Object.assign(specOf(crd).properties, { a: { type: 'string', pattern: '(?=x)' } }),
    /pattern/,
  ],
  [
    'a default that is not valid',
    (crd) => Object.assign(specOf(crd).properties, { a: { type: 'integer', default: 'x' } }),
    /default/,
  ],
  [
    'a list without its key',
    (crd) =>
      Object.assign(specOf(crd).properties, {
        a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } },
      }),
    /list-map-keys/,
  ],
  [
    'a rule that does not compile',
    (crd) => Object.assign(specOf(crd), { 'x-kubernetes-validations': [{ rule: 'self.' }] }),
    /x-kubernetes-validations\[0\]\.rule .*compilation failed/,
  ],
  [
    'a rule that may cost too much',
    (crd) =>
      Object.assign(specOf(crd).properties, {
        a: {
          type: 'array',
          items: { type: 'string' },
          'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x != y))' }],
        },
      }),
    /x-kubernetes-validations\[0\]\.rule .*exceeds budget/,
  ],
  [
    'two versions that nobody converts',
    (crd) =>
      crd.spec.versions.push({ ...(crd.spec.versions[0] as never as object), name: 'v2', storage: false } as never),
    /spec\.conversion must convert/,
  ],
  ['two stored versions', (crd) => crd.spec.versions.push(crd.spec.versions[0] as never), /must store exactly one/],
] as [string, (crd: CustomResourceDefinition) => void, RegExp][]) {
  test(what, () => {
    const found = spoiled(change);
    assert.ok(
      found.some((text) => expected.test(text)),
      `${expected} among ${found.join('\n')}`,
    );
  });
}
