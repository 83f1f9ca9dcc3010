import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '@serval/kube/schema';
import { fullPodSchemas, servalKinds } from '../index.ts';

const pods = fullPodSchemas();

/** Paths of a kind's own fields, not those of Pods, that say nothing of themselves. */
function silentFields(schema: StructuralSchema, path: string[] = []): string[] {
  const below = [schema.items, schema.additionalProperties].flatMap((child) =>
    typeof child === 'object' ? silentFields(child, [...path, '*']) : [],
  );
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (pods.ownerOf(field) !== undefined) return [];
    const at = [...path, name];
    return [...(field.description || at.length < 2 ? [] : [at.join('.')]), ...silentFields(field, at)];
  });
  return [...below, ...fields];
}

for (const kind of servalKinds) {
  test(`every field of ${kind.resource.kind} ${kind.resource.version} says what it is`, () => {
    assert.deepEqual(silentFields(kind.schema(pods)), []);
  });
}

test('a field that says nothing is found', () => {
  const spec: StructuralSchema = {
    type: 'object',
    properties: { list: { type: 'array', items: { properties: { a: {} } } } },
  };
  assert.deepEqual(silentFields({ properties: { spec } }), ['spec.list', 'spec.list.*.a']);
});
