import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list } from './list.ts';
import { failsWith } from './test-support/expect.ts';
import { startS3 } from './test-support/s3-server.ts';

test('files are told without being fetched, chosen by the patterns', async (t) => {
  const s3 = await startS3(t, { 'b/m/a.bin': 'aa', 'b/m/b.txt': 'b' });
  const files = await list('s3://b/m', { environment: s3.environment, ignorePatterns: ['*.txt'] });
  assert.deepEqual(
    files.map(({ name, source, sizeBytes }) => ({ name, source, sizeBytes })),
    [{ name: 'a.bin', source: 's3://b/m/a.bin', sizeBytes: 2 }],
  );
  assert.ok(s3.requests.every((line) => line.includes('list-type')));
});

test('nothing is an error', async (t) => {
  const s3 = await startS3(t, { 'b/m/a': 'a' });
  const options = { environment: s3.environment };
  await assert.rejects(list('s3://b/none', options), failsWith('ObjectNotFound', /no object under/));
  await assert.rejects(list('x://b', options), failsWith('UnsupportedScheme', /no provider takes/));
});
