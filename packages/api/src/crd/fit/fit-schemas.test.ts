import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStructural, type StructuralSchema } from '@serval/kube/schema';
import { fullPodSchemas } from '../../schema/pod-schemas.ts';
import { fitSchemas } from './fit-schemas.ts';
import { jsonBytes } from './json-bytes.ts';

const pods = fullPodSchemas();
const own: StructuralSchema = { type: 'string', description: 'A field of the kind itself.' };

function schemaWith(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties: { spec: { type: 'object', properties } } };
}

const twoPods = schemaWith({
  main: { type: 'object', properties: { ...pods.podSpecFields, own } },
  other: { type: 'object', properties: { ...pods.podSpecFields, own } },
  template: pods.definition('core/v1.PodTemplateSpec'),
});

function fit(
  maxBytes: number,
  more: { mayOpen?: boolean; focus?: string[]; aside?: string[] } = {},
): StructuralSchema | undefined {
  return fitSchemas([twoPods], { pods, maxBytes, mayOpen: true, focus: [], aside: [], ...more })?.[0];
}

/** The schema at a path of field names; `[]` is the item of a list. */
function at(schema: StructuralSchema | undefined, path: string): StructuralSchema | undefined {
  return path
    .split('.')
    .reduce<StructuralSchema | undefined>(
      (parent, name) => (name === '[]' ? parent?.items : parent?.properties?.[name]),
      schema,
    );
}

const everything = jsonBytes(twoPods);

test('with room for everything, the schema stays as it is', () => {
  assert.deepEqual(fit(Math.round(everything * 1.02)), twoPods);
});

for (const share of [0.1, 0.2, 0.35, 0.5, 0.8, 0.95]) {
  test(`with room for ${share * 100} %, it keeps to that, is structural, and uses it`, () => {
    const maxBytes = Math.round(everything * share);
    const schema = fit(maxBytes);
    assert.ok(schema);
    assert.ok(jsonBytes(schema) <= maxBytes, `${jsonBytes(schema)} of ${maxBytes}`);
    assert.ok(jsonBytes(schema) > maxBytes * 0.8, `only ${jsonBytes(schema)} of ${maxBytes}`);
    assert.deepEqual(checkStructural(schema), []);
    assert.equal(at(schema, 'spec.main.own')?.description, own.description);
    assert.deepEqual(fit(maxBytes), schema, 'twice the same');
  });
}

test('what is kept open says so, and keeps the keys of its list', () => {
  const lists: StructuralSchema[] = [];
  const walk = (schema: StructuralSchema): void => {
    if (schema.items?.['x-kubernetes-preserve-unknown-fields']) lists.push(schema);
    for (const child of [...Object.values(schema.properties ?? {}), schema.items]) if (child) walk(child);
  };
  for (const share of [0.06, 0.1, 0.15]) walk(fit(Math.round(everything * share)) ?? {});
  for (const { items, 'x-kubernetes-list-map-keys': keys = [] } of lists) {
    assert.match(items?.description ?? '', /Kept open for size: see [A-Za-z]+ of Kubernetes\.$/);
    assert.deepEqual(Object.keys(items?.properties ?? {}), keys);
  }
  const ports = lists.find((list) => list['x-kubernetes-list-map-keys']?.includes('protocol'));
  assert.equal(ports?.items?.properties?.['protocol']?.default, 'TCP');
});

test('the focus is spelled out further, with its texts', () => {
  const schema = fit(Math.round(everything * 0.25), { focus: ['spec.other.containers'] });
  const probe = 'containers.[].livenessProbe.httpGet';
  assert.equal(at(schema, `spec.other.${probe}.path`)?.type, 'string');
  assert.ok(at(schema, `spec.other.${probe}.path`)?.description);
  assert.ok(!at(schema, `spec.main.${probe}.path`)?.description);
});

test('what is aside is spelled out last', () => {
  const schema = fit(Math.round(everything * 0.06), { aside: ['spec.main', 'spec.template'] });
  assert.ok(at(schema, 'spec.other.nodeSelector'));
  assert.equal(at(schema, 'spec.main.nodeSelector'), undefined);
  assert.equal(at(schema, 'spec.main')?.['x-kubernetes-preserve-unknown-fields'], true);
  assert.match(at(schema, 'spec.main')?.description ?? '', /^Otherwise kept open for size: see PodSpec of Kubernetes/);
});

test('where nothing may be kept open, texts of Pods go, and only those', () => {
  const silent = fit(Math.round(everything * 0.8), { mayOpen: false });
  assert.ok(silent);
  assert.doesNotMatch(JSON.stringify(silent), /Kept open/);
  assert.equal(at(silent, 'spec.main.containers.[].livenessProbe.httpGet.path')?.type, 'string');
  assert.equal(at(silent, 'spec.main.own')?.description, own.description);
});

test('without room for the least there is nothing', () => {
  assert.ok(fit(200) === undefined);
  assert.ok(fit(Math.round(everything * 0.3), { mayOpen: false }) === undefined);
});
