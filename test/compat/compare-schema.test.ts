import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '@serval/kube/schema';
import { typeName } from './compare-node.ts';
import { compareSchemas } from './compare-schema.ts';

const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] });
const map = (...keys: string[]): StructuralSchema => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});
const intOrString: StructuralSchema = { 'x-kubernetes-int-or-string': true };

/** Every pair stands at `spec.field`, so that the path is told too. */
const at = (schema: StructuralSchema | undefined): StructuralSchema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: schema ? { field: schema } : {} } },
});

const planted: [what: string, theirs: StructuralSchema, ours: StructuralSchema | undefined, finding: string][] = [
  ['a field that ours lacks', { type: 'string' }, undefined, 'missing'],
  ['another type', { type: 'string' }, { type: 'integer' }, 'type'],
  ['an integer where any number was taken', { type: 'number' }, { type: 'integer' }, 'type'],
  ['a text where a number was taken too', intOrString, { type: 'string' }, 'type'],
  ['a smaller integer', { type: 'integer', format: 'int64' }, { type: 'integer', format: 'int32' }, 'format'],
  ['a format of ours', { type: 'string' }, { type: 'string', format: 'date-time' }, 'format'],
  ['another default', { type: 'string', default: 'a' }, { type: 'string', default: 'b' }, 'default'],
  ['a default that ours lacks', { type: 'string', default: 'a' }, { type: 'string' }, 'default'],
  ['a default of ours', { type: 'string' }, { type: 'string', default: '' }, 'default'],
  ['a demand of ours', { type: 'object' }, { type: 'object', required: ['a'] }, 'required'],
  ['a smaller enum', { type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a'] }, 'enum'],
  ['an enum of ours', { type: 'string' }, { type: 'string', enum: ['a'] }, 'enum'],
  ['a higher minimum', { type: 'integer', minimum: 0 }, { type: 'integer', minimum: 1 }, 'bounds'],
  ['a lower maximum', { type: 'integer', maximum: 9 }, { type: 'integer', maximum: 8 }, 'bounds'],
  ['a length of ours', { type: 'string' }, { type: 'string', maxLength: 63 }, 'bounds'],
  [
    'an open end of ours',
    { type: 'integer', minimum: 0 },
    { type: 'integer', minimum: 0, exclusiveMinimum: true },
    'bounds',
  ],
  ['another pattern', { type: 'string', pattern: 'a' }, { type: 'string', pattern: 'b' }, 'pattern'],
  ['null that ours refuses', { type: 'string', nullable: true }, { type: 'string' }, 'nullable'],
  ['another merge of lists', map('name'), { type: 'array' }, 'list-type'],
  ['a merge of ours', { type: 'array' }, { type: 'array', 'x-kubernetes-list-type': 'set' }, 'list-type'],
  ['other keys', map('name'), map('name', 'port'), 'list-type'],
  ['a map in one piece', { type: 'object', 'x-kubernetes-map-type': 'atomic' }, { type: 'object' }, 'map-type'],
  [
    'unknown fields that ours drops',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'object' },
    'unknown-fields',
  ],
  ['a branch of ours', { type: 'object' }, { type: 'object', anyOf: [{ required: ['a'] }] }, 'combination'],
  ['a rule of ours', { type: 'string', ...rule('self != ""') }, { type: 'string', ...rule('self != "x"') }, 'rules'],
];
for (const [what, theirs, ours, aspect] of planted) {
  test(`finds ${what}`, () => {
    const { findings, differing } = compareSchemas(at(theirs), at(ours));
    assert.deepEqual(
      findings.map((finding) => [finding.path, finding.aspect]),
      [['spec.field', aspect]],
    );
    assert.equal(differing, 1);
  });
}

const taken: [what: string, theirs: StructuralSchema, ours: StructuralSchema, count: 'same' | 'wider'][] = [
  ['the same', { type: 'string', enum: ['a'] }, { type: 'string', enum: ['a'], description: 'ours' }, 'same'],
  ['a number for an integer', { type: 'integer' }, { type: 'number' }, 'wider'],
  ['int-or-string for a text', { type: 'string' }, intOrString, 'wider'],
  ['int-or-string with its branches', { ...intOrString, anyOf: [{ type: 'integer' }] }, intOrString, 'same'],
  ['a larger enum', { type: 'string', enum: ['a'] }, { type: 'string', enum: ['b', 'a'] }, 'wider'],
  ['no pattern', { type: 'string', pattern: 'a' }, { type: 'string' }, 'wider'],
  ['a lower minimum', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 0 }, 'wider'],
  ['no maximum', { type: 'integer', maximum: 1 }, { type: 'integer' }, 'wider'],
  ['fewer demands', { type: 'object', required: ['a'] }, { type: 'object' }, 'wider'],
  ['no rule', { type: 'string', ...rule('true') }, { type: 'string' }, 'wider'],
  ['a rule in other lines', { type: 'string', ...rule('a &&\n b') }, { type: 'string', ...rule('a && b') }, 'same'],
  ['a list said to be in one piece', { type: 'array' }, { type: 'array', 'x-kubernetes-list-type': 'atomic' }, 'same'],
];
for (const [what, theirs, ours, count] of taken) {
  test(`takes ${what}`, () => {
    const result = compareSchemas(at(theirs), at(ours));
    assert.deepEqual(result.findings, []);
    assert.deepEqual([result.paths, result[count]], [3, count === 'same' ? 3 : 1]);
  });
}

test('a demand that a default answers is none', () => {
  const properties = { a: { type: 'string', default: 'x' } } satisfies Record<string, StructuralSchema>;
  const theirs = at({ type: 'object', properties });
  assert.deepEqual(compareSchemas(theirs, at({ type: 'object', properties, required: ['a'] })).findings, []);
});

test('lists and maps are walked, and a missing part counts with all that is in it', () => {
  const port: StructuralSchema = {
    type: 'object',
    properties: { port: { type: 'integer' }, name: { type: 'string' } },
  };
  const theirs = at({ type: 'array', items: { type: 'object', additionalProperties: port } });
  const without = at({ type: 'array', items: { type: 'object', additionalProperties: { type: 'object' } } });
  const { findings, differing, same, paths } = compareSchemas(theirs, without);
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['spec.field[]{}.port', 'spec.field[]{}.name'],
  );
  assert.deepEqual([paths, same, differing], [7, 5, 2]);
});

test('a part kept as it comes takes all, but fills nothing in', () => {
  const open: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const theirs: StructuralSchema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'object', properties: { c: { type: 'string', default: 'x' } } } },
  };
  const { findings, paths, wider } = compareSchemas(at(theirs), at(open));
  assert.deepEqual(findings, [
    { path: 'spec.field.b.c', aspect: 'default', theirs: 'x', ours: undefined, isKeptOpen: true },
  ]);
  assert.deepEqual([paths, wider], [6, 3]);
});

test('a default of a field that only ours has is told, as it would turn up in old objects', () => {
  const { findings } = compareSchemas(at(undefined), at({ type: 'string', default: 'x' }));
  assert.deepEqual(findings, [{ path: 'spec.field', aspect: 'default', theirs: undefined, ours: 'x' }]);
});

test('types have names', () => {
  assert.deepEqual(
    [typeName(intOrString), typeName({ type: 'string' }), typeName({})],
    ['int-or-string', 'string', 'any'],
  );
});
