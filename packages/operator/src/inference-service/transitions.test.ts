import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod, settledWorld, statusOf, withoutAvailablePods } from './testing.ts';
import { transitions } from './transitions.ts';

const ready = statusOf(settledWorld());
const failed = statusOf(
  withoutAvailablePods(settledWorld(), [
    pod('a', 1, { initializer: { state: { terminated: { exitCode: 1, message: 'gone' } } } }),
  ]),
);
const reasons = (list: { type: string; reason: string }[]) => list.map(({ type, reason }) => `${type} ${reason}`);

test('becoming ready is told once', () => {
  assert.deepEqual(reasons(transitions('iris', undefined, ready)), ['Normal InferenceServiceReady']);
  assert.deepEqual(transitions('iris', ready, ready), []);
});

test('a failure is told with its message, once, and so is the end of readiness', () => {
  assert.deepEqual(reasons(transitions('iris', undefined, failed)), ['Warning ModelLoadFailed']);
  assert.deepEqual(transitions('iris', failed, failed), []);
  assert.deepEqual(reasons(transitions('iris', ready, failed)), [
    'Warning ModelLoadFailed',
    'Warning InferenceServiceNotReady',
  ]);
});
