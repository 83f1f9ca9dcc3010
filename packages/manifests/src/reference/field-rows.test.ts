import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '@serval/kube/schema';
import { fieldRows } from './field-rows.ts';

const none = () => undefined;
const object = (properties: Record<string, StructuralSchema>, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'object',
  properties,
  ...more,
});

test('fields come depth first, with types, defaults, bounds and whether they are required', () => {
  const schema = object({
    apiVersion: { type: 'string' },
    metadata: { type: 'object' },
    spec: object(
      {
        mode: { type: 'string', enum: ['a', 'b'], default: 'a', description: 'How.' },
        steps: { type: 'array', maxItems: 3, items: object({ name: { type: 'string', pattern: '^x$' } }) },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        size: { 'x-kubernetes-int-or-string': true },
      },
      { required: ['mode'], 'x-kubernetes-validations': [{ rule: 'self.size > 0', message: 'must have a size' }] },
    ),
  });
  const rows = fieldRows(schema, none);
  assert.deepEqual(
    rows.map(({ path, type }) => `${path}: ${type}`),
    [
      'spec: object',
      'spec.mode: string',
      'spec.steps: list of object',
      'spec.steps[].name: string',
      'spec.labels: map of string',
      'spec.size: number or text',
    ],
  );
  assert.deepEqual(rows[0]?.rules, ['must have a size: `self.size > 0`']);
  const { isRequired, default: value, description, constraints } = rows[1] ?? {};
  assert.deepEqual([isRequired, value, description, constraints], [true, '"a"', 'How.', ['one of `a`, `b`']]);
  assert.deepEqual(rows[2]?.constraints, ['items at most `3`']);
});

test('fields of Kubernetes are named where they stand, and not told', () => {
  const image: StructuralSchema = { type: 'string' };
  const ownerOf = (field: StructuralSchema) => (field === image ? 'core/v1.Container' : undefined);
  const rows = fieldRows(
    object({ whole: object({ image }), mixed: object({ image, own: { type: 'integer' } }) }),
    ownerOf,
  );
  assert.deepEqual(
    rows.map(({ path, description }) => [path, description]),
    [
      ['whole', 'Fields of Container: `image`.'],
      ['mixed', 'And fields of Container: `image`.'],
      ['mixed.own', ''],
    ],
  );
});

test('a branch that stood before is told once', () => {
  const branch = () => object({ a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } });
  const rows = fieldRows(object({ first: branch(), second: { type: 'array', items: branch() } }), none);
  assert.deepEqual(
    rows.map(({ path }) => path),
    ['first', 'first.a', 'first.b', 'first.c', 'second'],
  );
  assert.equal(rows.at(-1)?.description, 'Fields as in `first`.');
});
