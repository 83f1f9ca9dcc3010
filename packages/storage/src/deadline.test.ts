import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from './download.ts';
import { StorageError } from './errors.ts';
import { failsWith, filesOf } from './test-support/expect.ts';
import { startFaultProxy } from './test-support/fault-proxy.ts';
import { KEYS, startS3 } from './test-support/s3-server.ts';
import { temporaryDirectory } from './test-support/temporary-directory.ts';

test('a download that takes longer than its deadline ends, keeps what came, and goes on at the next call', async (t) => {
  const s3 = await startS3(t, { 'b/m/first': 'first', 'b/m/second': 'second' }, { keys: KEYS });
  const proxy = await startFaultProxy(t, s3.url);
  const never = Promise.withResolvers<void>();
  t.after(() => never.resolve());
  proxy.faults = [{ kind: 'pass' }, { kind: 'hold', until: never.promise }];
  const environment = { ...s3.environment, AWS_ENDPOINT_URL: proxy.url };
  const directory = await temporaryDirectory(t);
  const late = download('s3://b/m', directory, { environment, parallel: 1, deadlineMs: 1500 });
  await assert.rejects(late, (error) => {
    assert.ok(error instanceof StorageError && error.transient);
    return failsWith('DeadlineExceeded', /s3:\/\/b\/m was not whole after 1500 ms/)(error);
  });
  assert.deepEqual(await filesOf(directory), ['first']);
  proxy.faults = [];
  const report = await download('s3://b/m', directory, { environment, deadlineMs: 600_000 });
  assert.deepEqual([report.reusedFiles, report.fetchedBytes], [1, 6]);
});

test('no retry goes on behind the deadline, a stop by the caller is no deadline, and a malformed one is said', async (t) => {
  const s3 = await startS3(t, { 'b/m': 'm' }, { keys: KEYS });
  const proxy = await startFaultProxy(t, s3.url);
  proxy.listFaults = Array.from({ length: 50 }, () => ({ kind: 'status', status: 503 }) as const);
  const environment = { ...s3.environment, AWS_ENDPOINT_URL: proxy.url, SERVAL_STORAGE_DEADLINE_MS: '100' };
  const directory = await temporaryDirectory(t);
  await assert.rejects(
    download('s3://b/m', directory, { environment, retryBaseMs: 60_000, random: () => 0.9 }),
    failsWith('DeadlineExceeded', /after 100 ms/),
  );
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(download('s3://b/m', directory, { environment, signal }), failsWith('Aborted', /enough/));
  for (const value of ['soon', '0', '-1', '1.5', '1e3']) {
    await assert.rejects(
      download('s3://b/m', directory, { environment: { SERVAL_STORAGE_DEADLINE_MS: value } }),
      failsWith('InvalidConfiguration', /SERVAL_STORAGE_DEADLINE_MS is/),
    );
  }
});
