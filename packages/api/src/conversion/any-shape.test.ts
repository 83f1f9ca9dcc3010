import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf, type KubeObject } from '@serval/kube/objects';
import { validateSchema } from '@serval/kube/schema';
import fc from 'fast-check';
import { checkSchemaOf } from '../check/kind-of.ts';
import { servalKinds } from '../crd/crds.ts';
import type { KindVersion } from '../crd/kind-version.ts';
import { arbitraryObject } from '../serving.kserve.io/test-support/arbitrary-object.ts';
import { convertObject } from './index.ts';
import { smallPods } from './test-support/small-pods.ts';

/*
 * Definitions may be changed under the objects that are stored, so a conversion can meet anything. One that throws would take every list with
 * it, and one that loses something would do so unseen.
 */
for (const from of servalKinds) {
  const other = servalKinds.find(
    ({ resource }) => resource.kind === from.resource.kind && resource.version !== from.resource.version,
  );
  if (!other) continue;
  const { kind, version } = from.resource;
  test(`${kind} ${version} of any shape is converted, and comes back the same where nothing has a wrong type or is missing`, () => {
    fc.assert(
      fc.property(
        arbitraryObject(from.schema(smallPods), () => false),
        (fields) => {
          const head = { apiVersion: apiVersionOf(from.resource), kind, metadata: { name: 'a' } };
          const object = { ...fields, ...head } as KubeObject;
          const converted = convertObject(object, apiVersionOf(other.resource));
          const back = convertObject(converted, head.apiVersion);
          if (isWellFormed(from, object)) assert.deepEqual(back, object);
        },
      ),
      { numRuns: 1000 },
    );
  });
}

function isWellFormed(kind: KindVersion, object: KubeObject): boolean {
  const errors = validateSchema(checkSchemaOf(kind), object, { maxErrors: Number.POSITIVE_INFINITY });
  return !errors.some(({ reason }) => reason === 'FieldValueTypeInvalid' || reason === 'FieldValueRequired');
}
