import assert from 'node:assert/strict';
import { test } from 'node:test';
import { download } from '../../download.ts';
import {
  type CredentialServer,
  credentialsJson,
  providerOptions,
  startCredentialServer,
} from '../../test-support/credential-server.ts';
import { failsWith } from '../../test-support/expect.ts';
import { startS3 } from '../../test-support/s3-server.ts';
import { temporaryDirectory } from '../../test-support/temporary-directory.ts';
import { instanceMetadataSource, metadataSettingsFrom } from './instance-metadata.ts';

const { signal } = new AbortController();
const KEY1 = { accessKeyId: 'KEY1', secretAccessKey: 'sentinel-secret-1', sessionToken: 'sentinel-session-1' };

/** Version 2 of the service, with a role or without. */
function playInstance(server: CredentialServer, role: string | undefined): void {
  server.answer = ({ method, path, headers }) => {
    if (method === 'PUT' && path === '/latest/api/token') {
      return headers['x-aws-ec2-metadata-token-ttl-seconds'] ? { text: 'sentinel-session' } : { status: 400, text: '' };
    }
    if (headers['x-aws-ec2-metadata-token'] !== 'sentinel-session') return { status: 401, text: '' };
    const roles = '/latest/meta-data/iam/security-credentials/';
    if (role && path === roles) return { text: role };
    if (role && path === roles + role) return { text: credentialsJson(1, Date.now() + 3_600_000) };
    return { status: 404, text: '' };
  };
}

test('the role of an instance, over version 2, past any proxy', async (t) => {
  const server = await startCredentialServer(t);
  playInstance(server, 'node-role');
  const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url, http_proxy: 'http://127.0.0.1:1' };
  const credentials = await instanceMetadataSource.load(providerOptions(t, environment), signal);
  assert.equal(credentials?.accessKeyId, 'KEY1');
  playInstance(server, undefined);
  await assert.rejects(
    instanceMetadataSource.load(providerOptions(t, environment), signal),
    failsWith('AccessDenied', /instance metadata service at 127\.0\.0\.1:\d+ gave no credentials \(404\) .*no role/),
  );
  server.answer = () => undefined;
  const short = { ...environment, AWS_METADATA_SERVICE_TIMEOUT: '0.05' };
  await assert.rejects(
    instanceMetadataSource.load(providerOptions(t, short), signal),
    failsWith('SourceUnavailable', /did not answer within 50 ms/),
  );
});

test('where it is, how long it may take, and that it can be switched off', () => {
  assert.equal(metadataSettingsFrom({})?.endpoint.host, '169.254.169.254');
  assert.deepEqual([metadataSettingsFrom({})?.timeoutMs, metadataSettingsFrom({})?.attempts], [1000, 1]);
  assert.equal(
    metadataSettingsFrom({ AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' })?.endpoint.host,
    '[fd00:ec2::254]',
  );
  assert.equal(metadataSettingsFrom({ AWS_EC2_METADATA_DISABLED: 'true' }), undefined);
  for (const [name, value] of [
    ['AWS_METADATA_SERVICE_TIMEOUT', '-1'],
    ['AWS_METADATA_SERVICE_NUM_ATTEMPTS', 'many'],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT', 'nothing'],
  ] as const) {
    assert.throws(() => metadataSettingsFrom({ [name]: value }), failsWith('InvalidConfiguration', new RegExp(name)));
  }
});

test('it is asked only after an anonymous request was refused, and once', async (t) => {
  const metadata = await startCredentialServer(t);
  playInstance(metadata, 'node-role');
  const open = await startS3(t, { 'b/m/x': 'x' });
  const environment = { ...open.environment, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
  await download('s3://b/m', await temporaryDirectory(t), { environment });
  assert.equal(metadata.calls.length, 0);

  const closed = await startS3(t, { 'b/m/x': 'x', 'b/m/y': 'y', 'b/m/z': 'z' }, { keys: KEY1 });
  const signed: Record<string, string> = { ...environment, ...closed.environment };
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) signed[name] = '';
  await download('s3://b/m', await temporaryDirectory(t), { environment: signed });
  assert.equal(metadata.calls.length, 3);

  playInstance(metadata, undefined);
  const anonymous = download('s3://b/m', await temporaryDirectory(t), { environment: signed });
  await assert.rejects(
    anonymous,
    failsWith('AccessDenied', /no credentials were found.*instance metadata service.*404/),
  );
  const disabled = { ...signed, AWS_EC2_METADATA_DISABLED: 'true' };
  metadata.calls.length = 0;
  await assert.rejects(
    download('s3://b/m', await temporaryDirectory(t), { environment: disabled }),
    failsWith('AccessDenied', /anonymous/),
  );
  assert.equal(metadata.calls.length, 0);
});
