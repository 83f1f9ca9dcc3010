import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinDefinition, type StructuralSchema } from '@serval/kube/schema';
import { fullPodSchemas } from '../pod-schemas.ts';
import { descriptionOf, podDescriptions } from './index.ts';

const groups = ['core/v1', 'meta/v1', 'autoscaling/v2', 'apps/v1'];
const pods = fullPodSchemas();

function fieldsOf(definition: string): string[] {
  const group = groups.find((name) => builtinDefinition(`${name}.${definition}`));
  assert.ok(group, `${definition} is described, and the table has none of that name`);
  return Object.keys(pods.definition(`${group}.${definition}`).properties ?? {});
}

test('no description is of a field that does not exist', () => {
  for (const [definition, fields] of Object.entries(podDescriptions)) {
    const known = fieldsOf(definition);
    for (const field of Object.keys(fields)) assert.ok(known.includes(field), `${definition} has no ${field}`);
  }
});

test('every field of Pods and of what else kinds embed is described, down to the last', () => {
  const missing = new Set<string>();
  const walk = (schema: StructuralSchema) => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (!field.description) missing.add(`${pods.ownerOf(field)}.${name}`);
      walk(field);
    }
    if (schema.items) walk(schema.items);
    if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties);
  };
  walk(pods.definition('core/v1.PodTemplateSpec'));
  walk(pods.container);
  walk(pods.definition('core/v1.PersistentVolumeSpec'));
  walk(pods.definition('autoscaling/v2.MetricSpec'));
  walk(pods.definition('autoscaling/v2.HorizontalPodAutoscalerBehavior'));
  assert.deepEqual([...missing], []);
});

test('descriptions are sentences of a line, in plain characters', () => {
  for (const [definition, fields] of Object.entries(podDescriptions)) {
    for (const [field, text] of Object.entries(fields)) {
      assert.match(text, /^[A-Za-z$][\x20-\x7e…]{2,130}\.$/, `${definition}.${field}`);
    }
  }
});

test('a name that only JavaScript knows is no field', () => {
  assert.equal(descriptionOf('Container', 'constructor'), undefined);
  assert.equal(descriptionOf('toString', 'name'), undefined);
});
