import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '@serval/kube/objects';
import { load } from 'js-yaml';
import { checkObject } from '../check/check-object.ts';
import { convertObject, lostInConversionAnnotation } from './index.ts';

/** A file of `testdata`: an object, what it is in the other version, and what travels in the annotation of that. */
interface Sample {
  object: KubeObject;
  told: KubeObject;
  lost?: unknown[];
}

const folder = join(import.meta.dirname, 'testdata');

for (const file of readdirSync(folder)) {
  test(file.replace(/\.yaml$/, '').replaceAll('-', ' '), () => {
    const { object, told, lost } = load(readFileSync(join(folder, file), 'utf8')) as Sample;
    assert.deepEqual(checkObject(object), { errors: [], warnings: [] });
    const converted = convertObject(object, told.apiVersion);
    const { [lostInConversionAnnotation]: text, ...annotations } = converted.metadata.annotations ?? {};
    const [, version = ''] = object.apiVersion.split('/');
    assert.deepEqual(text && JSON.parse(text), lost && { version, parts: lost });
    const { annotations: _, ...metadata } = converted.metadata;
    const shown = { ...metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
    assert.deepEqual({ ...converted, metadata: shown }, told);
    assert.deepEqual(checkObject(converted), { errors: [], warnings: [] });
    assert.deepEqual(convertObject(converted, object.apiVersion), object);
  });
}

test('there are samples of both directions', () => {
  const samples = readdirSync(folder).map((file) => load(readFileSync(join(folder, file), 'utf8')) as Sample);
  const versions = Object.groupBy(samples, ({ object }) => object.apiVersion);
  for (const list of Object.values(versions)) assert.ok((list?.length ?? 0) >= 3);
  assert.equal(Object.keys(versions).length, 2);
});
