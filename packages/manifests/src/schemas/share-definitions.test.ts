import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from './json-schema.ts';
import { shareDefinitions } from './share-definitions.ts';

const unnamed = () => undefined;
const long = 'x'.repeat(200);
const place = (description: string): JsonSchema => ({
  description,
  type: 'object',
  properties: { street: { type: 'string', pattern: long } },
});
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties });

test('what is repeated is said once, and what is told of it stays at its place', () => {
  const { roots, definitions } = shareDefinitions({ Person: object({ home: place('a'), work: place('b') }) }, unnamed);
  assert.deepEqual(roots['Person']?.properties, {
    home: { description: 'a', $ref: '#/definitions/Home' },
    work: { description: 'b', $ref: '#/definitions/Home' },
  });
  assert.deepEqual(Object.keys(definitions), ['Home']);
  assert.equal(definitions['Home']?.description, undefined);
});

test('what stands only in something that is repeated is no definition of its own', () => {
  const around = (description: string) => ({ ...object({ inner: place('c') }), description });
  const { definitions } = shareDefinitions({ Person: object({ a: around('d'), b: around('e') }) }, unnamed);
  assert.deepEqual(Object.keys(definitions), ['A']);
});

test('short ones stay where they are; texts inside make a difference; names are told apart', () => {
  const short: JsonSchema = { type: 'string' };
  const near = (text: string): JsonSchema =>
    object({ place: { ...place('f'), description: text }, n: { type: 'null' } });
  const { roots, definitions } = shareDefinitions(
    { R: object({ a: short, b: short, c: near('g'), d: near('g'), e: near('h'), f: near('h') }) },
    () => 'Name',
  );
  assert.deepEqual(roots['R']?.properties?.['a'], short);
  assert.deepEqual(Object.keys(definitions), ['Name', 'Name2', 'Name3']);
});

test('several roots share their definitions', () => {
  const { roots, definitions } = shareDefinitions(
    { A: object({ x: place('i') }), B: object({ y: { type: 'array', items: place('j') } }) },
    unnamed,
  );
  assert.deepEqual(Object.keys(definitions), ['X']);
  assert.deepEqual(roots['B']?.properties?.['y']?.items, { description: 'j', $ref: '#/definitions/X' });
});
