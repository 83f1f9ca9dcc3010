import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf, type KubeObject } from '@serval/kube/objects';
import fc from 'fast-check';
import { checkObject, fullPodSchemas, servalKinds } from '../index.ts';
import { arbitraryObject } from './test-support/arbitrary-object.ts';

/*
 * Validation and defaulting run before, or instead of, a check of types: an object may hold anything anywhere, and still gets
 * its answer. Objects are made from the schema, so that the fields which the rules read are there, and some hold what they should not.
 */
const pods = fullPodSchemas();
for (const kind of servalKinds) {
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

  test(`${name} of any shape is checked as a whole, and passes when nothing of it changes`, () => {
    const { apiVersion, kind: kindName } = { apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind };
    fc.assert(
      fc.property(objects, objects, (one, other) => {
        const [object, old] = [one, other].map((fields) => ({ ...fields, apiVersion, kind: kindName })) as [
          KubeObject,
          KubeObject,
        ];
        checkObject(object);
        checkObject(object, { old });
        // Fields without a name of their own, as here, have no path either; and no stored object has metadata of wrong types.
        const { errors } = checkObject(object, { old: structuredClone(object), fieldValidation: 'Ignore' });
        assert.deepEqual(
          errors.filter(({ path }) => !path.startsWith('metadata')),
          [],
        );
      }),
      { numRuns: 150 },
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
