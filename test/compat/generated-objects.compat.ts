import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSchemaOf, crds, kindOf } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { pruneUnknown, type StructuralSchema } from '@serval/kube/schema';
import fc from 'fast-check';
import { definitionsOf, referenceFolder, releasesIn, schemaIn } from './reference-data.ts';
import { stored } from './stored.ts';
import { validValue } from './valid-object.ts';
import { withoutListed } from './without-listed.ts';

/*
 * The comparison of schemas says that ours takes all that theirs takes; here that is tried, with objects made from theirs.
 */
const folder = referenceFolder(process.env);
const onlyKinds = process.env['SERVAL_COMPAT_KIND']?.split(',');
const ours = crds({ bundle: 'full' });

/** A definition's own fields, without those that every object has. */
function body({ properties = {}, required = [] }: StructuralSchema): StructuralSchema {
  const { apiVersion: _, kind: _k, metadata: _m, ...own } = properties;
  return { type: 'object', properties: own, required: required.filter((name) => Object.hasOwn(own, name)) };
}

for (const release of folder ? await releasesIn(folder) : []) {
  test(`objects made from the definitions of ${release} come back the same`, async () => {
    let compared = 0;
    for (const theirs of await definitionsOf(folder ?? '', release)) {
      const { kind } = theirs.spec.names;
      if (onlyKinds && !onlyKinds.includes(kind)) continue;
      for (const { name, schema } of theirs.spec.versions) {
        const head = { apiVersion: `${theirs.spec.group}/${name}`, kind, metadata: { name: 'generated' } };
        const whole = schemaIn(ours, head);
        const version = kindOf(head.apiVersion, kind);
        if (!whole || !version) continue;
        const checkSchema = checkSchemaOf(version);
        const subject = { release, kind, version: name, bundle: 'full' } as const;
        const { their, our } = withoutListed(subject, schema.openAPIV3Schema, whole);
        fc.assert(
          fc.property(validValue(body(their)), (fields) => {
            // As JSON brings it: nothing lacks a prototype.
            const object = JSON.parse(JSON.stringify({ ...(fields as object), ...head })) as KubeObject;
            const expected = stored(their, object);
            assert.deepEqual([expected.unknownPaths, expected.errors], [[], []], 'the object is one of theirs');
            const found = stored(our, object);
            assert.deepEqual([found.unknownPaths, found.errors], [[], []]);
            // Fields that only later releases have are not looked at: their defaults are compared with the schemas.
            assert.deepEqual(pruneUnknown(their, found.object).object, expected.object);
            // Webhooks know the values that Kubernetes takes in Pods, which definitions leave to whoever makes the Pod.
            const checked = stored(checkSchema, object);
            const others = checked.errors.filter(({ reason }) => reason !== 'FieldValueNotSupported');
            assert.deepEqual([checked.unknownPaths, others], [[], []]);
            compared += 1;
          }),
          { numRuns: 300 },
        );
      }
    }
    console.log(`${release}: ${compared} generated objects come back the same`);
    assert.ok(compared > 0, 'nothing was compared');
  });
}
