import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import fc from 'fast-check';
import { fullPodSchemas, servingKinds } from '../index.ts';
import { arbitraryObject } from './test-support/arbitrary-object.ts';

/*
 * Validation and defaulting run before, or instead of, a check of types: an object may hold anything anywhere, and still gets
 * its answer. Objects are made from the schema, so that the fields which the rules read are there, and some hold what they should not.
 */
const pods = fullPodSchemas();
/** Kinds whose own rules leave out what was invalid before; for the others, whoever calls them does. */
const ratcheting: ReadonlySet<string> = new Set(['InferenceService', 'ServingRuntime', 'ClusterServingRuntime']);
for (const kind of servingKinds) {
  const objects = arbitraryObject(
    kind.schema(pods),
    (field) => pods.ownerOf(field) !== undefined,
  ) as fc.Arbitrary<KubeObject>;
  const name = `${kind.resource.kind} ${kind.resource.version}`;

  test(`${name} of any shape is checked, new or changed`, () => {
    fc.assert(
      fc.property(objects, objects, (object, old) => {
        const errors = [...(kind.validate?.(object) ?? []), ...(kind.validate?.(object, old) ?? [])];
        for (const { path, message } of errors) assert.ok(path !== '' && message !== '');
      }),
      { numRuns: 400 },
    );
  });

  test(`${name} of any shape passes when nothing of it changes`, { skip: !ratcheting.has(kind.resource.kind) }, () => {
    fc.assert(
      fc.property(objects, (object) => assert.deepEqual(kind.validate?.(object, structuredClone(object)) ?? [], [])),
      { numRuns: 200 },
    );
  });

  test(`${name} of any shape is defaulted, and not changed in place`, () => {
    fc.assert(
      fc.property(objects, (object) => {
        const before = structuredClone(object);
        kind.default?.(object, {});
        assert.deepEqual(object, before);
      }),
      { numRuns: 200 },
    );
  });
}
