import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { download } from '../../download.ts';
import { credentialsXml, providerOptions, startCredentialServer } from '../../test-support/credential-server.ts';
import { failsWith, filesOf } from '../../test-support/expect.ts';
import { startS3 } from '../../test-support/s3-server.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { stsUrl, webIdentitySource } from './web-identity.ts';

const { signal } = new AbortController();
const ROLE = 'arn:aws:iam::123456789012:role/models';

async function startIdentity(t: TestContext) {
  const sts = await startCredentialServer(t);
  const file = join(await temporaryDirectory(t), 'token');
  await writeFile(file, 'sentinel.web+identity/token=\n');
  const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: ROLE, AWS_ENDPOINT_URL_STS: sts.url };
  return { sts, environment };
}

test('a service account token becomes a role', async (t) => {
  const { sts, environment } = await startIdentity(t);
  const expiresAtMs = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
  sts.answer = () => ({ text: credentialsXml(1, expiresAtMs) });
  const credentials = await webIdentitySource.load(providerOptions(t, environment), signal);
  assert.deepEqual(credentials, {
    accessKeyId: 'KEY1',
    secretAccessKey: 'sentinel-secret-1',
    sessionToken: 'sentinel-session-1',
    expiresAtMs,
  });
  const [call] = sts.calls;
  assert.equal(call!.method, 'POST');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(call!.body)), {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'serval-storage',
    WebIdentityToken: 'sentinel.web+identity/token=',
  });
});

test('the token service is asked in its region, and at an address that is not Amazon S3', () => {
  const cases: [Record<string, string>, string][] = [
    [{}, 'https://sts.us-east-1.amazonaws.com/'],
    [{ AWS_REGION: 'eu-central-1' }, 'https://sts.eu-central-1.amazonaws.com/'],
    [{ AWS_REGION: 'cn-north-1' }, 'https://sts.cn-north-1.amazonaws.com.cn/'],
    [{ AWS_REGION: 'us-gov-west-1', AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://sts-fips.us-gov-west-1.amazonaws.com/'],
    [{ AWS_REGION: 'eu-west-1', AWS_STS_REGIONAL_ENDPOINTS: 'legacy' }, 'https://sts.amazonaws.com/'],
    [{ AWS_ENDPOINT_URL: 'https://s3.amazonaws.com' }, 'https://sts.us-east-1.amazonaws.com/'],
    [{ AWS_ENDPOINT_URL: 'http://minio:9000' }, 'http://minio:9000/'],
    [{ AWS_ENDPOINT_URL: 'http://minio:9000', AWS_ENDPOINT_URL_STS: 'http://sts:1' }, 'http://sts:1/'],
  ];
  for (const [environment, expected] of cases) assert.equal(stsUrl(environment).href, expected);
  assert.throws(() => stsUrl({ AWS_REGION: 'evil.example/' }), failsWith('InvalidConfiguration', /AWS_REGION/));
});

test('refusals name the reason and what to do, and never the token', async (t) => {
  const { sts, environment } = await startIdentity(t);
  const error = (code: string) =>
    `<ErrorResponse><Error><Code>${code}</Code><Message>sentinel</Message></Error></ErrorResponse>`;
  for (const [status, text, code, pattern] of [
    [400, error('ExpiredTokenException'), 'AccessDenied', /400 ExpiredTokenException.*has expired/],
    [400, error('InvalidIdentityToken'), 'AccessDenied', /identity provider of the cluster/],
    [403, error('AccessDenied'), 'AccessDenied', /trust policy of arn:aws:iam::123456789012:role\/models/],
    [400, error('IDPCommunicationError'), 'SourceUnavailable', /IDPCommunicationError/],
    [503, '', 'SourceUnavailable', /503/],
    [200, '<html>sentinel</html>', 'SourceRejected', /answered without credentials/],
  ] as const) {
    sts.answer = () => ({ status, text });
    await assert.rejects(webIdentitySource.load(providerOptions(t, environment), signal), (failure: Error) => {
      assert.doesNotMatch(JSON.stringify({ ...failure, message: failure.message, cause: failure.cause }), /sentinel/);
      return failsWith(code, pattern)(failure);
    });
  }
  const roleless = { ...environment, AWS_ROLE_ARN: '' };
  await assert.rejects(
    webIdentitySource.load(providerOptions(t, roleless), signal),
    failsWith('InvalidConfiguration', /AWS_ROLE_ARN is not/),
  );
});

test('a download whose session expires on the way goes on with a new one', async (t) => {
  const { sts, environment } = await startIdentity(t);
  let number = 1;
  sts.answer = () => ({ text: credentialsXml(number, Date.now() + 3_600_000) });
  const keys = { accessKeyId: 'KEY1', secretAccessKey: 'sentinel-secret-1', sessionToken: 'sentinel-session-1' };
  const objects = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`b/m/${index}`, 'x']));
  const s3 = await startS3(t, objects, { keys });
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, {
    environment: { ...environment, AWS_ENDPOINT_URL: s3.url },
    parallel: 2,
    onEvent: ({ type }) => {
      if (type !== 'file' || number > 1) return;
      number = 2;
      Object.assign(keys, {
        accessKeyId: 'KEY2',
        secretAccessKey: 'sentinel-secret-2',
        sessionToken: 'sentinel-session-2',
      });
    },
  });
  assert.equal((await filesOf(directory)).length, 6);
  assert.equal(sts.calls.length, 2);
});
