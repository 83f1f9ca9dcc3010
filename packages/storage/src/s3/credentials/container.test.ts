import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { credentialsJson, providerOptions, startCredentialServer } from '../../test-support/credential-server.ts';
import { failsWith } from '../../test-support/expect.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { containerSource, containerUrl } from './container.ts';

const { signal } = new AbortController();

test('plain http goes to loopback and the agents only, https anywhere', () => {
  const full = (uri: string) => containerUrl({ AWS_CONTAINER_CREDENTIALS_FULL_URI: uri })?.href;
  for (const uri of [
    'http://127.0.0.1:80/x',
    'http://127.9.8.7/x',
    'http://[::1]:1/x',
    'http://169.254.170.2/x',
    'http://169.254.170.23/v1/credentials',
    'http://[fd00:ec2::23]/v1/credentials',
    'https://anywhere.example/x',
  ]) {
    assert.equal(full(uri), new URL(uri).href);
  }
  for (const uri of [
    'http://169.254.169.254/x',
    'http://anywhere.example/x',
    'http://127.0.0.1.example/x',
    'ftp://127.0.0.1/x',
    'nothing',
  ]) {
    assert.throws(() => full(uri), failsWith('InvalidConfiguration', /AWS_CONTAINER_CREDENTIALS_FULL_URI/));
  }
  const relative = {
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x',
  };
  assert.equal(containerUrl(relative)?.href, 'http://169.254.170.2/v2/credentials/1');
  assert.throws(
    () => containerUrl({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '.evil.example/' }),
    failsWith('InvalidConfiguration', /does not begin with "\/"/),
  );
});

test('EKS pod identity: the token of the file goes along, past any proxy, and is read anew each time', async (t) => {
  const server = await startCredentialServer(t);
  server.answer = () => ({ text: credentialsJson(1, Date.now() + 3_600_000) });
  const file = join(await temporaryDirectory(t), 'token');
  const options = providerOptions(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'not this one',
    http_proxy: 'http://127.0.0.1:1',
  });
  for (const token of ['sentinel-one', 'sentinel-two']) {
    await writeFile(file, `${token}\n`);
    const credentials = await containerSource.load(options, signal);
    assert.equal(credentials?.sessionToken, 'sentinel-session-1');
    assert.equal(server.calls.at(-1)!.headers.authorization, token);
    assert.equal(server.calls.at(-1)!.path, '/v1/credentials');
  }
});

test('failures name the endpoint, and neither token nor answer', async (t) => {
  const server = await startCredentialServer(t);
  const environment = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'sentinel-token',
  };
  const secret = '{"AccessKeyId":"sentinel-half"';
  for (const [status, text, code, pattern] of [
    [
      403,
      'sentinel-answer',
      'AccessDenied',
      /container credentials endpoint at 127\.0\.0\.1:\d+ gave no credentials \(403\)/,
    ],
    [503, '', 'SourceUnavailable', /503/],
    [200, secret, 'SourceRejected', /answered without credentials/],
    [200, '{"Code":"AssumeRoleUnauthorizedAccess"}', 'SourceRejected', /\(AssumeRoleUnauthorizedAccess\)/],
    [200, 'x'.repeat(70_000), 'SourceRejected', /over 65536 bytes/],
  ] as const) {
    server.answer = () => ({ status, text });
    await assert.rejects(containerSource.load(providerOptions(t, environment), signal), (error: Error) => {
      assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, cause: error.cause }), /sentinel/);
      return failsWith(code, pattern)(error);
    });
  }
  const odd = { ...environment, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'sentinel\r\nx: y' };
  await assert.rejects(
    containerSource.load(providerOptions(t, odd), signal),
    failsWith('InvalidConfiguration', /AWS_CONTAINER_AUTHORIZATION_TOKEN has characters/),
  );
});
