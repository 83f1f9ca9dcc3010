import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '@serval/api';
import type { KubeObject } from '@serval/kube/objects';
import { applyDefaults, pruneUnknown, type StructuralSchema, validateSchema } from '@serval/kube/schema';
import { formsIn } from './forms.ts';
import { definitionsOf, referenceFolder, releasesIn } from './reference-data.ts';

const folder = referenceFolder(process.env);

/** What an API server makes of an object by a schema: unknown fields dropped, defaults written. */
function stored(schema: StructuralSchema, object: KubeObject) {
  const { object: known, unknownPaths } = pruneUnknown(schema, object);
  return { unknownPaths, object: applyDefaults(schema, known) };
}

test('what the newest release of KServe makes of an object is what is made of it here', {
  skip: folder ? false : 'no reference data: SERVAL_REFERENCE_DATA names no folder with kserve-crds in it',
}, async () => {
  assert.ok(folder);
  const newest = (await releasesIn(folder)).at(-1) ?? '';
  const [theirs, ours] = [await definitionsOf(folder, newest), crds({ bundle: 'full' })];
  let compared = 0;
  for (const { name, object } of [...formsIn('test/compat/forms'), ...formsIn('examples')]) {
    const [their, our] = [theirs, ours].map((definitions) => {
      const crd = definitions.find(({ spec }) => spec.names.kind === object.kind);
      const version = crd?.spec.versions.find((one) => `${crd.spec.group}/${one.name}` === object.apiVersion);
      assert.ok(version, `${object.apiVersion} ${object.kind} is not defined`);
      return version.schema.openAPIV3Schema;
    }) as [StructuralSchema, StructuralSchema];
    const expected = stored(their, object);
    assert.deepEqual(expected.unknownPaths, [], `${name} is not a form of KServe's`);
    assert.deepEqual(validateSchema(their, expected.object), [], `${name} is not valid for KServe`);
    assert.deepEqual(stored(our, object), expected, name);
    assert.deepEqual(validateSchema(our, expected.object), [], name);
    compared += 1;
  }
  console.log(`${compared} objects come back as from KServe ${newest}`);
  assert.ok(compared > 0, 'nothing was compared');
});
