import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '@serval/api';
import { formsIn, isOfGroup } from './forms.ts';
import { definitionsOf, referenceFolder, releasesIn, schemaIn } from './reference-data.ts';
import { stored } from './stored.ts';

const folder = referenceFolder(process.env);

test('what the newest release of KServe makes of an object is what is made of it here', {
  skip: folder ? false : 'no reference data: SERVAL_REFERENCE_DATA names no folder with kserve-crds in it',
}, async () => {
  assert.ok(folder);
  const newest = (await releasesIn(folder)).at(-1) ?? '';
  const [theirs, ours] = [await definitionsOf(folder, newest), crds({ bundle: 'full' })];
  let compared = 0;
  for (const { name, object } of [...formsIn('test/compat/forms'), ...formsIn('examples')].filter(
    isOfGroup('serving.kserve.io'),
  )) {
    const [their, our] = [schemaIn(theirs, object), schemaIn(ours, object)];
    assert.ok(their && our, `${object.apiVersion} ${object.kind} is not defined by both`);
    const expected = stored(their, object);
    assert.deepEqual([expected.unknownPaths, expected.errors], [[], []], `${name} is no form of KServe's`);
    assert.deepEqual(stored(our, object), expected, name);
    compared += 1;
  }
  console.log(`${compared} objects come back as from KServe ${newest}`);
  assert.ok(compared > 0, 'nothing was compared');
});
