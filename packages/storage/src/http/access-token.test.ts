import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortedError, StorageError } from '../errors.ts';
import type { ProviderOptions } from '../provider.ts';
import { failsWith } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { type AccessToken, forgetToken, formBody, memoisedToken, requestToken } from './access-token.ts';
import { createConnections } from './connections.ts';

const signal = new AbortController().signal;
const lasting = (value: string, lifeMs = 3_600_000): AccessToken => ({ value, expiresAtMs: Date.now() + lifeMs });

test('however many ask, one token is fetched, until it is about to expire or is forgotten', async () => {
  const memo = new Map<string, unknown>();
  let fetched = 0;
  const take = (lifeMs: number) => memoisedToken(memo, 'x', async () => lasting(`t${++fetched}`, lifeMs), signal);
  assert.deepEqual(await Promise.all([take(3_600_000), take(3_600_000), take(3_600_000)]), ['t1', 't1', 't1']);
  assert.equal(await take(3_600_000), 't1');
  forgetToken(memo, 'x');
  assert.equal(await take(0), 't2');
  assert.equal(await take(3_600_000), 't3', 'the second one had expired');
});

test('a failure is not remembered, and one who was stopped stops nobody else', async () => {
  const memo = new Map<string, unknown>();
  const failing = async () => {
    throw new StorageError('AccessDenied', 'no');
  };
  await assert.rejects(memoisedToken(memo, 'x', failing, signal), failsWith('AccessDenied', /no/));
  const stop = new AbortController();
  const first = memoisedToken(
    memo,
    'x',
    async () => {
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
      throw abortedError(stop.signal);
    },
    stop.signal,
  );
  const second = memoisedToken(memo, 'x', async () => lasting('mine'), signal);
  stop.abort(new Error('enough'));
  await assert.rejects(first);
  assert.equal(await second, 'mine');
});

test('endpoints that refuse, fail or answer nonsense are told apart, without a secret', async (t) => {
  const answers: [number, string, Parameters<typeof failsWith>[0], RegExp][] = [
    [
      400,
      '{"error":"invalid_grant","error_description":"s3cret"}',
      'AccessDenied',
      /no access token \(400 invalid_grant\)/,
    ],
    [401, '{"error":"invalid_client","error_description":"AADSTS7000215: s3cret"}', 'AccessDenied', /AADSTS7000215/],
    [403, '{"error":{"status":"PERMISSION_DENIED","message":"s3cret"}}', 'AccessDenied', /403 PERMISSION_DENIED/],
    [503, 's3cret', 'SourceUnavailable', /answered 503 instead of an access token/],
    [200, 's3cret', 'SourceRejected', /is not JSON/],
    [200, 'null', 'SourceRejected', /without an access token/],
    [200, '{"access_token":"a b s3cret","expires_in":1}', 'SourceRejected', /without an access token/],
    [200, '{"access_token":"s3cret"}', 'SourceRejected', /without an access token/],
  ];
  const connections = createConnections({ environment: {}, perOrigin: 2, stallTimeoutMs: 5000 });
  t.after(() => connections.close());
  const options = { environment: {}, connections } as unknown as ProviderOptions;
  const url = new URL(
    await startHttp(t, (request, response) => {
      const [status, text] = answers[Number(request.url!.slice(1))]!;
      response.writeHead(status).end(text);
    }),
  );
  for (const [index, [, , code, pattern]] of answers.entries()) {
    const request = { url: new URL(`/${index}`, url), ...formBody({ client_secret: 's3cret' }), denied: 'look' };
    await assert.rejects(requestToken(request, options, signal), (error: Error) => {
      assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, cause: error.cause }), /s3cret/);
      return failsWith(code, pattern)(error);
    });
  }
});
