import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '@serval/kube/schema';
import { crds, gatewayApiCrds } from './crds.ts';

const all = [...crds(), ...gatewayApiCrds()];

/** Every schema below `schema` with its path. */
function* walk(schema: StructuralSchema, path: string): Generator<[string, StructuralSchema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${name}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* walk(schema.additionalProperties, `${path}{}`);
}

for (const crd of all) {
  test(`${crd.metadata.name} is structural and small enough to be applied from the client's side`, () => {
    assert.ok(JSON.stringify(crd).length < 256 * 1024);
    assert.equal(crd.spec.versions.filter(({ storage }) => storage).length, 1);
    for (const version of crd.spec.versions) {
      for (const [path, schema] of walk(version.schema.openAPIV3Schema, '')) {
        assert.ok(schema.type || schema['x-kubernetes-int-or-string'], `${path} has a type`);
        if (schema.type === 'array') assert.ok(schema.items, `${path} has items`);
        for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
          const field = schema.items?.properties?.[key];
          assert.ok(field, `${path} has its key ${key}`);
          assert.ok(
            schema.items?.required?.includes(key) || field.default !== undefined,
            `${path}: key ${key} is there`,
          );
        }
        for (const keyword of ['$ref', 'const', 'patternProperties', 'definitions', 'anyOf', 'allOf', '~kind']) {
          assert.ok(!(keyword in schema), `${path} has no ${keyword}`);
        }
        assert.ok(!(schema.properties && schema.additionalProperties), `${path} is an object or a map`);
      }
    }
  });
}

test('Gateway API CRDs tell their release and channel', () => {
  for (const crd of gatewayApiCrds()) {
    assert.equal(crd.metadata.annotations?.['gateway.networking.k8s.io/channel'], 'standard');
    assert.match(crd.metadata.annotations?.['gateway.networking.k8s.io/bundle-version'] ?? '', /^v1\./);
    assert.ok(crd.metadata.annotations?.['api-approved.kubernetes.io']);
  }
});

test('names of the kinds', () => {
  assert.deepEqual(
    all.map((crd) => crd.metadata.name),
    [
      'inferenceservices.serving.kserve.io',
      'servingruntimes.serving.kserve.io',
      'clusterservingruntimes.serving.kserve.io',
      'gatewayclasses.gateway.networking.k8s.io',
      'gateways.gateway.networking.k8s.io',
      'httproutes.gateway.networking.k8s.io',
      'referencegrants.gateway.networking.k8s.io',
    ],
  );
});
