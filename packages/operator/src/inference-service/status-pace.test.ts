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

test('a model that is loaded is told of with the readiness that it leads to', () => {
  const withoutRoute = { ...settledWorld(), routes: {} };
  const loaded = statusOf(withoutRoute);
  assert.equal(loaded.modelStatus?.transitionStatus, 'UpToDate');
  assert.equal(isUrgent(starting, loaded), false);
  assert.equal(isUrgent(loaded, ready), true);
});

test('what nobody waits for is held back from when it was first seen, longer before the service is ready', () => {
  let now = 5000;
  const pace = createStatusPace({ now: () => now, after: () => () => {} });
  assert.equal(pace.waitMs('a/b', starting), 5000);
  now += 400;
  assert.equal(pace.waitMs('a/b', loading), 4600);
  assert.equal(pace.waitMs('a/c', ready), 1000);
  now += 4600;
  assert.equal(pace.waitMs('a/b', loading), 0);
  pace.settled('a/b');
  assert.equal(pace.waitMs('a/b', loading), 5000);
});

test('what was written over is stale, until the cache has heard of it', () => {
  const pace = createStatusPace({ now: () => 0, after: () => () => {} });
  assert.equal(pace.isStale('a/b', '7'), false);
  pace.wrote('a/b', '7');
  assert.equal(pace.isStale('a/b', '7'), true);
  assert.equal(pace.isStale('a/c', '7'), false);
  assert.equal(pace.isStale('a/b', '8'), false);
  pace.forget('a/b');
  assert.equal(pace.isStale('a/b', '7'), false);
});
