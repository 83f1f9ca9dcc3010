import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriteRefusals } from './write-refusals.ts';

test('a refusal is told once, and once more when it is over', () => {
  const refusals = createWriteRefusals();
  const told: string[] = [];
  const stop = refusals.onChange((namespace) => told.push(namespace));
  for (const refusal of ['no', 'no', 'never', undefined, undefined]) refusals.set('a', refusal);
  assert.deepEqual(told, ['a', 'a', 'a']);
  assert.equal(refusals.get('a'), undefined);
  stop();
  refusals.set('a', 'no');
  assert.equal(told.length, 3);
  assert.equal(refusals.get('a'), 'no');
});
