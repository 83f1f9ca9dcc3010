import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createRedactor, mask } from './redact.ts';
import { tarGz } from './tar.ts';

const sentinel = 'S3NT1NEL/value+with=signs';

test('a known secret is taken out in every form in which it may be written', () => {
  const redact = createRedactor([JSON.stringify({ type: 's3', secret_access_key: sentinel, bucket: 'models' })]);
  for (const form of [
    sentinel,
    encodeURIComponent(sentinel),
    Buffer.from(sentinel).toString('base64'),
    JSON.stringify({ deep: JSON.stringify({ x: sentinel }) }),
  ]) {
    const redacted = redact(`before ${form} after`);
    assert.ok(redacted.includes(mask), form);
    assert.ok(!redacted.includes('S3NT1NEL'), redacted);
    assert.match(redacted, /^before .* after$/);
  }
  assert.equal(redact('namespace models, type s3'), 'namespace models, type s3');
});

test('what looks like a credential is taken out though nobody knows it', () => {
  const redact = createRedactor([]);
  for (const text of [
    'https://user:hunter2hunter2@example.com/x',
    'Authorization: Bearer hunter2hunter2',
    'AWS_SECRET_ACCESS_KEY=hunter2hunter2',
    '"password": "hunter2hunter2"',
    '{\\"api_key\\": \\"hunter2hunter2\\"}',
    'GET /a?X-Amz-Signature=hunter2hunter2&b=1',
    '-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----',
  ]) {
    assert.ok(!redact(text).includes('hunter2'), redact(text));
  }
  const plain = '{"secretName": "storage-config", "secret": {"defaultMode": 420}, "exitCode": 1}';
  assert.equal(redact(plain), plain);
});

test('an archive ends on whole blocks, and a path that does not fit is refused', () => {
  const archive = gunzipSync(tarGz([{ path: 'a.txt', text: 'ä' }], 0));
  assert.equal(archive.length % 512, 0);
  assert.equal(archive.subarray(512, 514).toString(), 'ä');
  assert.throws(() => tarGz([{ path: 'x'.repeat(101), text: '' }], 0), /longer than 100 bytes/);
});
