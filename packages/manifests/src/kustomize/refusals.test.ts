import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManifestsError } from '../manifests-error.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { renderKustomization } from './render.ts';

const head = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' }, data: {} };
const target = { version: 'v1', kind: 'ConfigMap', name: 'a' };

/** Renders `app`, which has the given fields and a file `a.yaml`, among other folders. */
function render(fields: object, others: Record<string, unknown> = {}): unknown {
  const files = {
    'app/kustomization.yaml': { ...head, resources: ['a.yaml'], ...fields },
    'app/a.yaml': configMap,
    ...others,
  };
  return renderKustomization(new Map(Object.entries(files).map(([path, value]) => [path, writeYaml(value)])), 'app');
}

for (const [what, fields, others, message] of [
  ['a field that is not handled', { namePrefix: 'a-' }, {}, /namePrefix is not handled by the offline render/],
  ['generators', { configMapGenerator: [] }, {}, /configMapGenerator is not handled/],
  ['a patch in the kustomization itself', { patches: [{ patch: '[]', target }] }, {}, /patches: .* is not handled/],
  [
    'a patch of several objects',
    { patches: [{ path: 'p.yaml', target: { ...target, name: '.*' } }] },
    {},
    /not handled/,
  ],
  [
    'a patch by label',
    { patches: [{ path: 'p.yaml', target: { ...target, labelSelector: 'a=b' } }] },
    {},
    /not handled/,
  ],
  ['another apiVersion', { apiVersion: 'kustomize.config.k8s.io/v1' }, {}, /apiVersion .* is not handled/],
  ['an address', { resources: ['https://example.com/a'] }, {}, /has no kustomization\.yaml/],
  ['a missing file', { resources: ['b.yaml'] }, {}, /app\/b\.yaml is named by a kustomization, but is not there/],
  [
    'the same object twice',
    { resources: ['a.yaml', 'b.yaml'] },
    { 'app/b.yaml': configMap },
    /ConfigMap x\/a, which is there already/,
  ],
  ['a folder inside itself', { resources: ['../app'] }, {}, /app includes itself/],
  [
    'a kustomization as a component',
    { components: ['../b'] },
    { 'b/kustomization.yaml': head },
    /b as a component is not handled/,
  ],
  [
    'a patch that does not fit',
    { patches: [{ path: 'p.yaml', target }] },
    { 'app/p.yaml': [{ op: 'replace', path: '/data/missing', value: 'x' }] },
    /app\/p\.yaml cannot be applied to ConfigMap x\/a/,
  ],
  [
    'a transformer of another kind',
    { transformers: ['../t'] },
    {
      't/kustomization.yaml': { ...head, resources: ['t.yaml'] },
      't/t.yaml': { apiVersion: 'builtin', kind: 'PrefixTransformer', metadata: { name: 'p' }, prefix: 'a-' },
    },
    /transformer PrefixTransformer p is not handled/,
  ],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => render(fields, others),
      (error) => error instanceof ManifestsError && message.test(error.message),
    );
  });
}

test('a patch changes its object only, and none where the object is not there', () => {
  const other = { ...configMap, metadata: { name: 'b', namespace: 'x' } };
  const operations = [{ op: 'add', path: '/data/key', value: 'v' }];
  const fields = {
    resources: ['a.yaml', 'b.yaml'],
    patches: [
      { path: 'p.yaml', target },
      { path: 'p.yaml', target: { ...target, name: 'c' } },
    ],
  };
  assert.deepEqual(render(fields, { 'app/b.yaml': other, 'app/p.yaml': operations }), [
    { ...configMap, data: { key: 'v' } },
    other,
  ]);
});

test('a namespace is followed by the Service of a conversion stanza, and by subjects that move along', () => {
  const subject = (name: string) => ({ kind: 'ServiceAccount', name, namespace: 'x' });
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'b' },
    subjects: [subject('moves'), subject('stays')],
  };
  const crd = (namespace: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'c' },
    spec: { conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: { name: 's', namespace } } } } },
  });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'moves', namespace: 'x' } };
  const rendered = render(
    { namespace: 'y', resources: ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'] },
    { 'app/b.yaml': binding, 'app/c.yaml': crd('x'), 'app/d.yaml': account },
  );
  assert.deepEqual(rendered, [
    crd('y'),
    { ...account, metadata: { name: 'moves', namespace: 'y' } },
    { ...binding, subjects: [{ ...subject('moves'), namespace: 'y' }, subject('stays')] },
    { ...configMap, metadata: { name: 'a', namespace: 'y' } },
  ]);
});
