import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '@serval/api';
import { builtinDefinition, type StructuralSchema } from '@serval/kube/schema';
import { containerOfModel, podSpecOfComponent, podSpecOfRuntime } from './pod-fields.ts';

const podFields = Object.keys(builtinDefinition('core/v1.PodSpec')?.properties ?? {});
const containerFields = Object.keys(builtinDefinition('core/v1.Container')?.properties ?? {});
const fieldsOf = (schema: StructuralSchema | undefined, ...path: string[]) =>
  path.reduce<StructuralSchema | undefined>((parent, name) => parent?.properties?.[name], schema)?.properties ?? {};
const [services, runtimes] = crds({ bundle: 'full' }).map(({ spec }) => spec.versions[0]?.schema.openAPIV3Schema);

// A field that the schema gains and that is no Pod's must not reach a Pod.
for (const [what, fields, known, split] of [
  ['a predictor', fieldsOf(services, 'spec', 'predictor'), podFields, podSpecOfComponent],
  ['a transformer', fieldsOf(services, 'spec', 'transformer'), podFields, podSpecOfComponent],
  ['an explainer', fieldsOf(services, 'spec', 'explainer'), podFields, podSpecOfComponent],
  ['a model', fieldsOf(services, 'spec', 'predictor', 'model'), containerFields, containerOfModel],
  ['a runtime', fieldsOf(runtimes, 'spec'), podFields, podSpecOfRuntime],
] as const) {
  test(`every field of ${what} is its own or the Pod's`, () => {
    const all = Object.fromEntries(Object.keys(fields).map((field) => [field, true]));
    assert.ok(Object.keys(all).length > 10);
    assert.deepEqual(
      Object.keys(split(all)).filter((field) => !known.includes(field)),
      [],
    );
  });
}

test('fields that are not known are Pod fields', () => {
  assert.deepEqual(podSpecOfComponent({ minReplicas: 1, futureField: 2, nodeName: undefined }), { futureField: 2 });
});
