import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceServiceStatus } from '@serval/api';
import { createStatusPace, isUrgent } from './status-pace.ts';
import { pod, settledWorld, statusOf, updatingWorld, withoutAvailablePods } from './testing.ts';

const ready = statusOf(settledWorld());
const starting = statusOf(withoutAvailablePods(settledWorld(), []));
const loading = statusOf(
  withoutAvailablePods(settledWorld(), [pod('a', 1, { initializer: { state: { running: {} } } })]),
);
const failed = statusOf(
  withoutAvailablePods(settledWorld(), [
    pod('a', 1, { initializer: { state: { terminated: { exitCode: 1, message: 'gone' } } } }),
  ]),
);

for (const [what, before, after, urgent] of [
  ['the first status', undefined, starting, true],
  ['progress', starting, loading, false],
  ['readiness', loading, ready, true],
  ['a failure', loading, failed, true],
  ['a new specification', ready, statusOf(updatingWorld([])), true],
] as [string, InferenceServiceStatus | undefined, InferenceServiceStatus, boolean][]) {
  test(`${what} is ${urgent ? '' : 'not '}urgent`, () => assert.equal(isUrgent(before, after), urgent));
}

test('a second write waits for the rest of a second', () => {
  let now = 5000;
  const pace = createStatusPace({ now: () => now, after: () => () => {} });
  assert.equal(pace.waitMs('a/b'), 0);
  pace.wrote('a/b');
  now += 400;
  assert.equal(pace.waitMs('a/b'), 600);
  assert.equal(pace.waitMs('a/c'), 0);
  now += 600;
  assert.equal(pace.waitMs('a/b'), 0);
  pace.wrote('a/b');
  pace.forget('a/b');
  assert.equal(pace.waitMs('a/b'), 0);
});
