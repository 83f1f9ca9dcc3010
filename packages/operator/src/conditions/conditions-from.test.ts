import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionsFrom } from './conditions-from.ts';

const before = '2026-01-01T00:00:00Z';
const now = '2026-01-02T00:00:00Z';
const object = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', generation: 3 },
  status: {
    conditions: [
      { type: 'Same', status: 'True' as const, lastTransitionTime: before },
      { type: 'Turned', status: 'True' as const, lastTransitionTime: before },
      { type: 'Gone', status: 'True' as const, lastTransitionTime: before },
    ],
  },
};

test('conditions are sorted, and only those that turned have another time', () => {
  const results = {
    Turned: { status: 'False', reason: 'Broken', message: 'it broke' },
    Same: { status: 'True', reason: 'StillSo' },
    New: { status: 'Unknown' },
  } as const;
  const common = { observedGeneration: 3 };
  assert.deepEqual(conditionsFrom(object, results, now), [
    { type: 'New', status: 'Unknown', ...common, lastTransitionTime: now },
    { type: 'Same', status: 'True', reason: 'StillSo', ...common, lastTransitionTime: before },
    { type: 'Turned', status: 'False', reason: 'Broken', message: 'it broke', ...common, lastTransitionTime: now },
  ]);
});
