import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersionOf, deepEqual, type KubeObject } from '@serval/kube/objects';
import { pruneUnknown, validateSchema } from '@serval/kube/schema';
import fc from 'fast-check';
import { checkSchemaOf } from '../check/kind-of.ts';
import { servalKinds } from '../crd/crds.ts';
import type { KindVersion } from '../crd/kind-version.ts';
import { ConversionError, convertObject, lostInConversionAnnotation } from './index.ts';
import { arbitraryObject } from './test-support/arbitrary-object.ts';

const pairs = servalKinds
  .filter(({ conversion }) => conversion)
  .flatMap((older) => {
    const hub = servalKinds.find(({ resource, storage }) => storage && resource.kind === older.resource.kind);
    assert.ok(hub);
    return [
      [older, hub],
      [hub, older],
    ] as const;
  });

function assertValid(kind: KindVersion, object: KubeObject): void {
  const schema = checkSchemaOf(kind);
  assert.deepEqual(pruneUnknown(schema, object).unknownPaths, []);
  assert.deepEqual(validateSchema(schema, object), []);
}

for (const [from, to] of pairs) {
  const [name, there, here] = [from.resource.kind, apiVersionOf(to.resource), apiVersionOf(from.resource)];
  const objects = arbitraryObject(from);

  test(`${name} ${from.resource.version} told in ${to.resource.version} and back is the same`, () => {
    fc.assert(
      fc.property(objects, (object) => {
        assertValid(from, object);
        const before = structuredClone(object);
        const converted = convertObject(object, there);
        assert.deepEqual(object, before, 'the input is left alone');
        assert.equal(converted.apiVersion, there);
        assertValid(to, converted);
        assert.deepEqual(convertObject(converted, here), object);
        // And again: what travels does not grow.
        assert.deepEqual(convertObject(convertObject(converted, here), there), converted);
      }),
      { numRuns: 400 },
    );
  });

  test(`${name} ${from.resource.version}: of metadata, annotations alone may change`, () => {
    fc.assert(
      fc.property(objects, (object) => {
        const { annotations: _, ...metadata } = object.metadata;
        const { annotations: _other, ...found } = convertObject(object, there).metadata;
        assert.deepEqual(found, metadata);
      }),
      { numRuns: 50 },
    );
  });

  test(`${name} ${from.resource.version}: whatever was edited meanwhile is there, and stays`, () => {
    const others = arbitraryObject(to);
    fc.assert(
      fc.property(objects, others, fc.constantFrom('spec', 'status', 'both'), (object, other, which) => {
        const told = convertObject(object, there) as KubeObject & { spec: object; status?: object };
        const edited = { ...structuredClone(told), ...pick(other, which) } as KubeObject;
        const back = convertObject(edited, here);
        assertValid(from, back);
        // What the other version shows now is what was written into it.
        const shown = convertObject(back, there) as unknown as Record<string, unknown>;
        for (const part of ['spec', 'status']) {
          assert.deepEqual(shown[part], (edited as unknown as Record<string, unknown>)[part], part);
        }
      }),
      { numRuns: 300 },
    );
  });

  test(`${name} ${to.resource.version}: an annotation of anybody’s making does no harm`, () => {
    const texts = hostileTexts(from.resource.version);
    fc.assert(
      fc.property(arbitraryObject(to), texts, (object, text) => {
        const annotations = { ...object.metadata.annotations, [lostInConversionAnnotation]: text };
        const converted = convertObject({ ...object, metadata: { ...object.metadata, annotations } }, here);
        const { errors, types } = problems(from, converted);
        assert.deepEqual(types, [], JSON.stringify(errors));
        for (const value of Object.values(converted.metadata.annotations ?? {})) assert.equal(typeof value, 'string');
        const { annotations: _, ...metadata } = object.metadata;
        const { annotations: _other, ...found } = converted.metadata;
        assert.deepEqual(found, metadata);
        assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
      }),
      { numRuns: 120 },
    );
  });
}

function pick(object: KubeObject, which: string): Record<string, unknown> {
  const { spec, status } = object as unknown as Record<string, unknown>;
  return { ...(which === 'status' ? {} : { spec }), ...(which === 'spec' || status === undefined ? {} : { status }) };
}

function problems(kind: KindVersion, object: KubeObject) {
  const errors = validateSchema(checkSchemaOf(kind), object);
  return { errors, types: errors.filter(({ reason }) => reason === 'FieldValueTypeInvalid') };
}

const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
const fields = ['spec', 'status', 'metadata', 'annotations', 'labels', 'name', 'model', 'uri', 'router', 'scheduler'];
const moreFields = ['pool', 'lora', 'adapters', 'prefill', 'replicas', '__proto__', 'constructor', 'polluted', 'a'];
function hostileTexts(version: string): fc.Arbitrary<string> {
  const key = fc.oneof(fc.constantFrom<unknown>(...fields, ...moreFields), fc.jsonValue({ maxDepth: 1 }));
  const path = fc.oneof(
    fc.array(key, { maxLength: 6 }),
    fc.constantFrom(
      ['spec', 'model', 'uri'],
      ['spec', 'replicas'],
      ['spec', 'model', 'lora', 'adapters'],
      ['metadata', 'name'],
      ['metadata', 'annotations', 'internal.serving.kserve.io/model-criticality'],
      ['__proto__', 'polluted'],
      ['spec', '__proto__', 'polluted'],
    ),
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant('@deep'));
  const part = fc.record({ path, was: value, value }, { requiredKeys: ['path'] });
  return fc.oneof(
    fc.string(),
    fc.json({ maxDepth: 3 }),
    fc
      .record({ version: fc.constantFrom(version, 'v9'), parts: fc.array(fc.oneof(part, fc.jsonValue())) })
      .map((content) => JSON.stringify(content).replaceAll('"@deep"', deep)),
  );
}

test('the answer to the version that it has already is the object itself, as another one', () => {
  const [from] = pairs[0] ?? [];
  assert.ok(from);
  const [object] = fc.sample(arbitraryObject(from), 1);
  assert.ok(object);
  const same = convertObject(object, object.apiVersion);
  assert.ok(same !== object && deepEqual(same as never, object as never));
});

test('other kinds and versions are not converted', () => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
  assert.throws(() => convertObject(object, 'serving.kserve.io/v1alpha1'), ConversionError);
  const service = { ...object, apiVersion: 'serving.kserve.io/v1alpha2', kind: 'LLMInferenceService' };
  assert.throws(() => convertObject(service, 'serving.kserve.io/v9'), /LLMInferenceService is not known in .*v9/);
});
