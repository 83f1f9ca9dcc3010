import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StorageError } from './errors.ts';
import { retryAfterMsFrom } from './http/errors.ts';
import { DEFAULT_RETRY, waitBeforeRetryMs, withRetries } from './retry.ts';

const policy = { ...DEFAULT_RETRY, retries: 3, baseMs: 1, random: () => 0 };
const transient = () => new StorageError('SourceUnavailable', 'down', { transient: true });
const signal = new AbortController().signal;

test('waits are jittered over the whole doubled bound, and no shorter than the server asks', () => {
  const full = { ...DEFAULT_RETRY, baseMs: 100, maxMs: 1000, maxAskedMs: 5000, random: () => 0.5 };
  const waits = [1, 2, 3, 4, 5, 9].map((failures) => waitBeforeRetryMs(failures, undefined, full));
  assert.deepEqual(waits, [50, 100, 200, 400, 500, 500]);
  assert.equal(waitBeforeRetryMs(1, 700, full), 700);
  assert.equal(waitBeforeRetryMs(1, 3_600_000, full), 5000);
});

test('Retry-After is seconds or a date', () => {
  assert.equal(retryAfterMsFrom({ 'retry-after': '3' }, 0), 3000);
  assert.equal(retryAfterMsFrom({ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 1000), 4000);
  assert.equal(retryAfterMsFrom({ 'retry-after': 'soon' }, 0), undefined);
  assert.equal(retryAfterMsFrom({}, 0), undefined);
});

test('attempts end after failures in a row; progress starts the count anew', async () => {
  let attempts = 0;
  const failing = withRetries(
    async () => {
      attempts++;
      throw transient();
    },
    policy,
    signal,
    () => {},
  );
  await assert.rejects(failing, /down/);
  assert.equal(attempts, 4);
  attempts = 0;
  await withRetries(
    async (progressed) => {
      progressed();
      if (++attempts < 20) throw transient();
    },
    policy,
    signal,
    () => {},
  );
  assert.equal(attempts, 20);
});

test('what is not transient is thrown at once', async () => {
  let attempts = 0;
  const failing = withRetries(
    async () => {
      attempts++;
      throw new StorageError('AccessDenied', 'no');
    },
    policy,
    signal,
    () => {},
  );
  await assert.rejects(failing, /no/);
  assert.equal(attempts, 1);
});
