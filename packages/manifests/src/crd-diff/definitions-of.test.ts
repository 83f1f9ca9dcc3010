import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionsByFolder, pairBundles } from './definitions-of.ts';

const crd = (name: string) =>
  JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name } });
const names = (list: readonly { metadata: { name?: string } }[]) => list.map(({ metadata }) => metadata.name);

test('definitions are found by folder, among files that hold something else', () => {
  const found = definitionsByFolder(
    new Map([
      ['full/a.yaml', crd('a')],
      ['full/kustomization.yaml', crd('never')],
      ['full/notes.md', crd('never')],
      ['standard/b.json', crd('b')],
      [
        'other/c.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {kind: CustomResourceDefinition}\n',
      ],
    ]),
  );
  assert.deepEqual(
    [...found].map(([folder, list]) => [folder, names(list)]),
    [
      ['full', ['a']],
      ['standard', ['b']],
    ],
  );
});

test('bundles are paired by name, else the fullest are compared', () => {
  const both = new Map([
    ['crds/full/a.yaml', crd('a')],
    ['crds/standard/a.yaml', crd('a')],
  ]);
  assert.deepEqual(
    pairBundles(both, both).map(({ bundle }) => bundle),
    ['full', 'standard'],
  );
  const [pair, ...more] = pairBundles(both, new Map([['one.yaml', crd('a')]]));
  assert.equal(more.length, 0);
  assert.deepEqual([pair?.bundle, names(pair?.before ?? []), names(pair?.after ?? [])], ['', ['a'], ['a']]);
});
