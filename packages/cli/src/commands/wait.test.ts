import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMet, parseWanted } from './wait.ts';

const object = (generation: number, observedGeneration: number | undefined, status: string) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { generation },
  status: { conditions: [{ type: 'Ready', status, observedGeneration }] },
});

test('what --for says', () => {
  assert.deepEqual(parseWanted('delete'), { kind: 'delete' });
  assert.deepEqual(parseWanted('condition=Ready'), { kind: 'condition', type: 'Ready', status: 'True' });
  assert.deepEqual(parseWanted('condition=Ready=False'), { kind: 'condition', type: 'Ready', status: 'False' });
  assert.throws(() => parseWanted('Ready'), /expected condition=TYPE/);
});

test('a condition of an older generation does not count', () => {
  const ready = parseWanted('condition=ready');
  assert.equal(isMet(ready, object(2, 2, 'True')), true);
  assert.equal(isMet(ready, object(2, 1, 'True')), false);
  assert.equal(isMet(ready, object(2, undefined, 'True')), true);
  assert.equal(isMet(ready, object(1, 1, 'Unknown')), false);
  assert.equal(isMet(ready, undefined), false);
  assert.equal(isMet(parseWanted('delete'), undefined), true);
});
