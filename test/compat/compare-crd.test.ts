import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CustomResourceDefinition, crds } from '@serval/api';
import { compareCrds } from './compare-crd.ts';
import type { Difference } from './differences.ts';
import { explanation, unusedDifferences } from './judge.ts';
import { matchesPath } from './path-pattern.ts';

const [theirs] = crds() as [CustomResourceDefinition];

/** Findings after a change of a copy of the definition. */
function findingsAfter(change: (copy: CustomResourceDefinition) => unknown): string[] {
  const ours = structuredClone(theirs);
  change(ours);
  return compareCrds(theirs, ours).flatMap(({ findings }) => findings.map(({ aspect, path }) => `${aspect} ${path}`));
}
const version = (crd: CustomResourceDefinition) =>
  crd.spec.versions[0] as CustomResourceDefinition['spec']['versions'][0];

test('a definition is like itself', () => {
  const [comparison] = compareCrds(theirs, theirs);
  assert.deepEqual([comparison?.findings, comparison?.wider, comparison?.differing], [[], 0, 0]);
  assert.ok((comparison?.paths ?? 0) > 100);
});

const planted: [what: string, change: (copy: CustomResourceDefinition) => unknown, expected: string][] = [
  ['another plural', (crd) => Object.assign(crd.spec.names, { plural: 'services' }), 'names names.plural'],
  ['a lost short name', (crd) => Object.assign(crd.spec.names, { shortNames: [] }), 'names names.shortNames'],
  ['another scope', (crd) => Object.assign(crd.spec, { scope: 'Cluster' }), 'scope '],
  ['a lost version', (crd) => Object.assign(version(crd), { name: 'v9' }), 'version '],
  ['a version that is not served', (crd) => Object.assign(version(crd), { served: false }), 'version '],
  ['a lost status', (crd) => Object.assign(version(crd), { subresources: {} }), 'subresources status'],
  ['a lost column', (crd) => version(crd).additionalPrinterColumns?.shift(), 'columns URL'],
  [
    'a lost field',
    (crd) =>
      Reflect.deleteProperty(version(crd).schema.openAPIV3Schema.properties?.['spec']?.properties ?? {}, 'predictor'),
    'missing spec.predictor',
  ],
];
for (const [what, change, expected] of planted) {
  test(`finds ${what}`, () => assert.ok(findingsAfter(change).includes(expected), findingsAfter(change).join()));
}

test('more short names and columns are no difference', () => {
  const changed = findingsAfter((crd) => {
    crd.spec.names.shortNames?.push('more');
    version(crd).additionalPrinterColumns?.unshift({ name: 'More', type: 'string', jsonPath: '.more' });
  });
  assert.deepEqual(changed, []);
});

test('patterns of paths', () => {
  assert.ok(matchesPath('spec.*.containers[].env[].name', 'spec.predictor.containers[].env[].name'));
  assert.ok(matchesPath('**.env[].name', 'spec.predictor.containers[].env[].name'));
  assert.ok(matchesPath('**', ''));
  assert.ok(!matchesPath('spec.*', 'spec.a.b'));
  assert.ok(!matchesPath('spec.*', 'spec'));
});

test('a difference explains what it names, and one that explains nothing is told', () => {
  const listed: Difference = { kinds: ['A'], releases: ['v1'], aspect: 'type', path: 'spec.*', reason: 'wanted' };
  const finding = { path: 'spec.a', aspect: 'type' as const, theirs: 1, ours: 2 };
  const subject = { release: 'v1', kind: 'A', version: 'v1', bundle: 'full' as const };
  assert.equal(explanation(subject, finding, [listed]), listed);
  assert.equal(explanation({ ...subject, release: 'v2' }, finding, [listed]), undefined);
  assert.equal(explanation({ ...subject, kind: 'B' }, finding, [listed]), undefined);
  assert.equal(explanation(subject, { ...finding, aspect: 'enum' }, [listed]), undefined);
  assert.equal(explanation(subject, { ...finding, path: 'status.a' }, [listed]), undefined);
  const open: Difference = { ...listed, bundle: 'standard', isKeptOpen: true };
  assert.equal(explanation(subject, { ...finding, isKeptOpen: true }, [open]), undefined);
  assert.equal(explanation({ ...subject, bundle: 'standard' }, finding, [open]), undefined);
  assert.equal(explanation({ ...subject, bundle: 'standard' }, { ...finding, isKeptOpen: true }, [open]), open);

  const all = { bundle: 'full' as const, kinds: new Set<string>(), areAllKinds: true };
  assert.deepEqual(unusedDifferences([listed], new Set([listed]), all), []);
  assert.deepEqual(unusedDifferences([listed, open], new Set(), all), [listed]);
  const some = { ...all, areAllKinds: false };
  assert.deepEqual(unusedDifferences([listed], new Set(), { ...some, kinds: new Set(['A']) }), [listed]);
  assert.deepEqual(unusedDifferences([listed], new Set(), { ...some, kinds: new Set(['B']) }), []);
});
