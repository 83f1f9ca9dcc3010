import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const SESSION = {
  AWS_ACCESS_KEY_ID: 'KEY',
  AWS_SECRET_ACCESS_KEY: 'sentinel-secret',
  AWS_SESSION_TOKEN: 'sentinel-session',
  AWS_DEFAULT_REGION: 'eu-west-1',
};

interface Refusal {
  status: number;
  xml?: string;
  headers?: Record<string, string>;
}

test('what no server on loopback can be made to say: each refusal names what to do', async (t) => {
  let answer: Refusal = { status: 500 };
  let requests = 0;
  const url = await startHttp(t, (_request, response) => {
    requests++;
    response.writeHead(answer.status, answer.headers).end(answer.xml && `<?xml version="1.0"?>${answer.xml}`);
  });
  const environment = { ...SESSION, AWS_ENDPOINT_URL: url };
  const error = (code: string, more = '') => `<Error><Code>${code}</Code><Message>sentinel</Message>${more}</Error>`;
  const cases: [Refusal, StorageErrorCode, RegExp, number][] = [
    [{ status: 400, xml: error('ExpiredToken') }, 'AccessDenied', /400 ExpiredToken.*session token has expired/, 1],
    [{ status: 403, xml: error('RequestTimeTooSkewed') }, 'AccessDenied', /clock here differs.*15 minutes/, 1],
    [{ status: 400, xml: error('InvalidToken') }, 'AccessDenied', /AWS_SESSION_TOKEN/, 1],
    [{ status: 403, xml: error('InvalidObjectState') }, 'AccessDenied', /is archived.*restore it/, 1],
    [{ status: 503, xml: error('SlowDown') }, 'SourceUnavailable', /503 SlowDown/, 2],
    [{ status: 400, xml: error('RequestTimeout') }, 'SourceUnavailable', /400 RequestTimeout/, 2],
    // Sent to another region once; a second such answer is an error.
    [
      { status: 301, headers: { 'x-amz-bucket-region': 'us-west-2' }, xml: error('PermanentRedirect') },
      'SourceRejected',
      /301 PermanentRedirect.*us-west-2/,
      2,
    ],
    [
      { status: 400, xml: error('AuthorizationHeaderMalformed', '<Region>us-west-2</Region>') },
      'AccessDenied',
      /signed for region us-west-2/,
      2,
    ],
    // A region becomes part of host names: what is none is not followed.
    [
      { status: 301, headers: { 'x-amz-bucket-region': 'evil.example/' }, xml: error('PermanentRedirect') },
      'SourceRejected',
      /301 PermanentRedirect/,
      1,
    ],
    [
      { status: 307, headers: { location: 'http://sentinel@other.example:9/b?X-Amz-Signature=sentinel' } },
      'RedirectRefused',
      /redirects s3:\/\/b\/m\/ to other\.example:9 \(307\).*AWS_ENDPOINT_URL/,
      1,
    ],
    [{ status: 200, xml: '<html>sentinel</html>' }, 'SourceRejected', /did not answer with a listing/, 1],
    [
      { status: 200, xml: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>' },
      'SourceRejected',
      /did not answer with a listing/,
      1,
    ],
    [{ status: 405 }, 'SourceRejected', /405.*AWS_ENDPOINT_URL/, 1],
  ];
  const directory = await temporaryDirectory(t);
  for (const [refusal, code, pattern, expectedRequests] of cases) {
    answer = refusal;
    requests = 0;
    const attempt = download('s3://b/m/', directory, { environment, retries: 1, retryBaseMs: 1 });
    await assert.rejects(attempt, (failure: Error) => {
      t.diagnostic(failure.message);
      assert.doesNotMatch(JSON.stringify({ ...failure, message: failure.message }), /sentinel/);
      return failsWith(code, pattern)(failure);
    });
    assert.equal(requests, expectedRequests, String(pattern));
  }
  assert.deepEqual(await filesOf(directory), []);
});

test('keys that no address can carry, and listings that do not end, are refused', async (t) => {
  const page =
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>';
  const url = await startHttp(t, (_request, response) => void response.end(page));
  const directory = await temporaryDirectory(t);
  const environment = { AWS_ENDPOINT_URL: url };
  await assert.rejects(download('s3://b/m/', directory, { environment }), failsWith('SourceRejected', /listing/));
  for (const uri of ['s3://b/../c', 's3://b/m/./x', 's3://b/m/..']) {
    await assert.rejects(download(uri, directory, { environment }), failsWith('InvalidUri', /"\." or "\.\."/));
  }
});
