import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { credentialsJson, providerOptions, startCredentialServer } from '../../test-support/credential-server.ts';
import { failsWith } from '../../test-support/expect.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { credentialChain } from './chain.ts';

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

test('the first source that is set up wins: keys, web identity, profile, container; none is no error', async (t) => {
  const server = await startCredentialServer(t);
  server.answer = () => ({ text: credentialsJson(1, Date.now() + HOUR_MS) });
  const file = join(await temporaryDirectory(t), 'credentials');
  await writeFile(file, '[default]\naws_access_key_id = PROFILE\naws_secret_access_key = s\nregion = eu-north-1\n');
  const container = { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url };
  const profile = { ...container, AWS_SHARED_CREDENTIALS_FILE: file };
  const keys = { ...profile, AWS_ACCESS_KEY_ID: 'STATIC\n', AWS_SECRET_ACCESS_KEY: 's' };
  for (const [environment, expected] of [
    [{}, undefined],
    [container, 'KEY1'],
    [profile, 'PROFILE'],
    [keys, 'STATIC'],
  ] as const) {
    const found = await credentialChain(providerOptions(t, environment)).current(signal);
    assert.equal(found?.accessKeyId, expected);
  }
  // A source that is set up and fails is an error, and no reason to go on to the next.
  const broken = { ...profile, AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'arn:aws:iam::1:role/r' };
  await assert.rejects(
    credentialChain(providerOptions(t, broken)).current(signal),
    failsWith('InvalidConfiguration', /web identity token \/nowhere\/token cannot be read/),
  );
});

test('credentials are found once for all requests, and renewed before they expire', async (t) => {
  const server = await startCredentialServer(t);
  let nowMs = Date.now();
  server.answer = () => ({ text: credentialsJson(server.calls.length, nowMs + HOUR_MS) });
  const options = providerOptions(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url });
  const current = () => credentialChain(options, () => nowMs).current(signal);
  const together = await Promise.all([current(), current(), current()]);
  assert.deepEqual(
    together.map((each) => each?.accessKeyId),
    ['KEY1', 'KEY1', 'KEY1'],
  );
  nowMs += HOUR_MS - 6 * 60_000;
  assert.equal((await current())?.accessKeyId, 'KEY1');
  nowMs += 2 * 60_000;
  const renewed = await Promise.all([current(), current()]);
  assert.deepEqual(
    renewed.map((each) => each?.accessKeyId),
    ['KEY2', 'KEY2'],
  );
  assert.equal(server.calls.length, 2);
});

test('what is still valid is used when it cannot be renewed, and no longer when it is over', async (t) => {
  const server = await startCredentialServer(t);
  let nowMs = Date.now();
  server.answer = () => ({ text: credentialsJson(1, nowMs + HOUR_MS) });
  const chain = credentialChain(providerOptions(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url }), () => nowMs);
  await chain.current(signal);
  server.answer = () => ({ status: 500, text: '' });
  nowMs += HOUR_MS - 60_000;
  assert.equal((await chain.current(signal))?.accessKeyId, 'KEY1');
  assert.equal((await chain.current(signal))?.accessKeyId, 'KEY1');
  assert.equal(server.calls.length, 2);
  nowMs += 61_000;
  await assert.rejects(chain.current(signal), failsWith('SourceUnavailable', /container credentials.*500/));
  server.answer = () => ({ text: credentialsJson(9, nowMs + HOUR_MS) });
  assert.equal((await chain.current(signal))?.accessKeyId, 'KEY9');
});

test('refused credentials are replaced once for all, and not at all where their source has no others', async (t) => {
  const server = await startCredentialServer(t);
  server.answer = () => ({ text: credentialsJson(server.calls.length, Date.now() + HOUR_MS) });
  const chain = credentialChain(providerOptions(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url }));
  const first = (await chain.current(signal))!;
  const renewed = await Promise.all([chain.renew(first, signal), chain.renew(first, signal)]);
  assert.deepEqual(
    renewed.map((each) => each?.accessKeyId),
    ['KEY2', 'KEY2'],
  );
  server.answer = () => ({ text: credentialsJson(2, Date.now() + HOUR_MS) });
  assert.equal(await chain.renew(renewed[0]!, signal), undefined);
  const fixed = credentialChain(providerOptions(t, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }));
  assert.equal(await fixed.renew((await fixed.current(signal))!, signal), undefined);
});

test('one request that is stopped stops no other that waits for the same credentials', async (t) => {
  const server = await startCredentialServer(t);
  const stop = new AbortController();
  const chain = credentialChain(providerOptions(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url }));
  server.answer = () => {
    stop.abort();
    return { text: credentialsJson(1, Date.now() + HOUR_MS) };
  };
  const stopped = assert.rejects(chain.current(stop.signal), failsWith('Aborted', /stopped/));
  assert.equal((await chain.current(signal))?.accessKeyId, 'KEY1');
  await stopped;
  assert.equal(server.calls.length, 1);
});
