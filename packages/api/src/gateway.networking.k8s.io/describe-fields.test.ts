import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFields } from './describe-fields.ts';
import { object, string } from './schema-parts.ts';

const schema = object({ name: string, matches: { type: 'array', items: object({ path: string }) } });

test('fields are described, below lists too, and the schema itself stays as it is', () => {
  const before = structuredClone(schema);
  const described = describeFields(schema, { name: 'Its name.', matches: 'Which.', 'matches.path': 'Where.' });
  assert.equal(described.properties?.['name']?.description, 'Its name.');
  assert.equal(described.properties?.['matches']?.description, 'Which.');
  assert.equal(described.properties?.['matches']?.items?.properties?.['path']?.description, 'Where.');
  assert.deepEqual(schema, before);
});

test('a text of no field is a mistake', () => {
  assert.throws(() => describeFields(schema, { 'matches.pth': 'Where.' }), /no field matches\.pth/);
});
