import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startGcs } from '../test-support/gcs-server.ts';
import { startHttp } from '../test-support/http-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const OBJECTS = { 'models/iris/model.json': '{"a":1}', 'models/iris/': '', 'models/iris-v2/x': 'x' };

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function jsonFile(t: TestContext, value: unknown): Promise<string> {
  const path = join(await temporaryDirectory(t), 'credentials.json');
  await writeFile(path, JSON.stringify(value));
  return path;
}

/** Downloads with these variables and answers what came. */
async function fetched(t: TestContext, environment: Record<string, string>): Promise<string[]> {
  const directory = await temporaryDirectory(t);
  await download('gs://models/iris', directory, { environment, retries: 0 });
  return filesOf(directory);
}

test('a service account signs its assertion, and one token serves all requests', async (t) => {
  const gcs = await startGcs(t, OBJECTS);
  gcs.tokens.add('ya29.token');
  let asked = 0;
  const tokenUrl = await startHttp(t, async (request, response) => {
    asked++;
    const form = new URLSearchParams(await bodyOf(request));
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header, claims, signature] = form.get('assertion')!.split('.') as [string, string, string];
    const valid = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url');
    const told = JSON.parse(Buffer.from(claims, 'base64url').toString());
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'RS256', typ: 'JWT', kid: 'k1' });
    assert.equal(told.iss, 'reader@p.iam.gserviceaccount.com');
    assert.equal(told.aud, `${tokenUrl}/token`);
    assert.equal(told.scope, 'https://www.googleapis.com/auth/devstorage.read_only');
    assert.ok(told.exp - told.iat === 3600 && Math.abs(told.iat - Date.now() / 1000) < 60);
    response.writeHead(valid ? 200 : 401).end('{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}');
  });
  const key = {
    type: 'service_account',
    client_email: 'reader@p.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: PEM,
    token_uri: `${tokenUrl}/token`,
  };
  const path = await jsonFile(t, key);
  const endpoint = { API_ENDPOINT_OVERRIDE: gcs.url };
  assert.deepEqual(await fetched(t, { ...endpoint, GOOGLE_APPLICATION_CREDENTIALS: path }), ['model.json']);
  assert.equal(asked, 1);
  assert.ok(gcs.authorizations.length >= 3 && gcs.authorizations.every((each) => each === 'Bearer ya29.token'));
  const inline = { ...endpoint, GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(key) };
  assert.deepEqual(await fetched(t, inline), ['model.json']);
});

test("a user's refresh token, and a service account that a user stands in for", async (t) => {
  const gcs = await startGcs(t, OBJECTS);
  const url = await startHttp(t, async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === '/token') {
      const form = Object.fromEntries(new URLSearchParams(body));
      assert.deepEqual(form, { grant_type: 'refresh_token', refresh_token: 'r', client_id: 'c', client_secret: 's' });
      response.end('{"access_token":"user","expires_in":3599}');
    } else {
      assert.equal(request.headers.authorization, 'Bearer user');
      assert.deepEqual(JSON.parse(body).scope, ['https://www.googleapis.com/auth/devstorage.read_only']);
      response.end(JSON.stringify({ accessToken: 'sa', expireTime: new Date(Date.now() + 3_600_000).toISOString() }));
    }
  });
  const user = {
    type: 'authorized_user',
    refresh_token: 'r',
    client_id: 'c',
    client_secret: 's',
    token_uri: `${url}/token`,
  };
  const impersonated = {
    type: 'impersonated_service_account',
    source_credentials: user,
    service_account_impersonation_url: `${url}/v1/projects/-/serviceAccounts/a@p:generateAccessToken`,
  };
  for (const [value, token] of [
    [user, 'user'],
    [impersonated, 'sa'],
  ] as const) {
    gcs.tokens.clear();
    gcs.tokens.add(token);
    const environment = { API_ENDPOINT_OVERRIDE: gcs.url, GOOGLE_APPLICATION_CREDENTIALS: await jsonFile(t, value) };
    assert.deepEqual(await fetched(t, environment), ['model.json']);
  }
});

test('workload identity federation: tokens of files and addresses, with and without impersonation', async (t) => {
  const gcs = await startGcs(t, OBJECTS);
  const url = await startHttp(t, async (request, response) => {
    const body = await bodyOf(request);
    if (request.url === '/issuer') {
      assert.equal(request.headers['x-audience'], 'pool');
      response.end('{"value":"subject"}');
    } else if (request.url === '/sts') {
      const form = new URLSearchParams(body);
      assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:token-exchange');
      assert.equal(form.get('audience'), '//iam/pool');
      assert.equal(form.get('subject_token'), 'subject');
      response.end(`{"access_token":"${form.get('scope')!.split('/').at(-1)}","expires_in":3599}`);
    } else {
      assert.equal(request.headers.authorization, 'Bearer cloud-platform');
      assert.equal(JSON.parse(body).lifetime, '600s');
      response.end(JSON.stringify({ accessToken: 'sa', expireTime: new Date(Date.now() + 600_000).toISOString() }));
    }
  });
  const folder = await temporaryDirectory(t);
  await writeFile(join(folder, 'token'), 'subject\n');
  const common = {
    type: 'external_account',
    audience: '//iam/pool',
    subject_token_type: 'urn:jwt',
    token_url: `${url}/sts`,
  };
  const impersonation = {
    service_account_impersonation_url: `${url}/v1/projects/-/serviceAccounts/a@p:generateAccessToken`,
    service_account_impersonation: { token_lifetime_seconds: 600 },
  };
  const inFile = { credential_source: { file: join(folder, 'token') } };
  const format = { type: 'json', subject_token_field_name: 'value' };
  const atUrl = { credential_source: { url: `${url}/issuer`, headers: { 'x-audience': 'pool' }, format } };
  for (const [value, token] of [
    [{ ...common, ...inFile }, 'devstorage.read_only'],
    [{ ...common, ...atUrl, ...impersonation }, 'sa'],
  ] as const) {
    gcs.tokens.clear();
    gcs.tokens.add(token);
    const environment = { API_ENDPOINT_OVERRIDE: gcs.url, GOOGLE_APPLICATION_CREDENTIALS: await jsonFile(t, value) };
    assert.deepEqual(await fetched(t, environment), ['model.json']);
  }
});

test('the metadata server is asked past any proxy; one of another cloud, or none, means nobody', async (t) => {
  const gcs = await startGcs(t, OBJECTS);
  const metadata = await startHttp(t, (request, response) => {
    assert.equal(request.url, '/computeMetadata/v1/instance/service-accounts/default/token');
    assert.equal(request.headers['metadata-flavor'], 'Google');
    response.setHeader('metadata-flavor', 'Google');
    response.end('{"access_token":"machine","expires_in":100}');
  });
  const stranger = await startHttp(t, (_request, response) => response.end('{"access_token":"x","expires_in":1}'));
  const silent = await startHttp(t, () => {});
  const host = (url: string) => url.replace('http://', '');
  const endpoint = { API_ENDPOINT_OVERRIDE: gcs.url, no_proxy: host(gcs.url), http_proxy: 'http://127.0.0.1:1' };
  gcs.tokens.add('machine');
  assert.deepEqual(await fetched(t, { ...endpoint, GCE_METADATA_HOST: host(metadata) }), ['model.json']);
  gcs.tokens.clear();
  const nobody: Record<string, string>[] = [
    { GCE_METADATA_HOST: host(stranger) },
    { GCE_METADATA_HOST: host(silent) },
    { NO_GCE_CHECK: 'true' },
  ];
  for (const given of nobody) assert.deepEqual(await fetched(t, { ...endpoint, ...given }), ['model.json']);
  gcs.tokens.add('of somebody else');
  await assert.rejects(
    fetched(t, { ...endpoint, NO_GCE_CHECK: 'true' }),
    failsWith('AccessDenied', /401 authError.*anonymous; set GOOGLE_APPLICATION_CREDENTIALS/),
  );
});

test('a token that was revoked is replaced once; an emulator is shown none', async (t) => {
  const gcs = await startGcs(t, OBJECTS);
  let issued = 0;
  const url = await startHttp(t, (_request, response) => {
    response.end(`{"access_token":"t${++issued}","expires_in":3599}`);
  });
  const user = { type: 'authorized_user', refresh_token: 'r', client_id: 'c', client_secret: 's', token_uri: url };
  const environment = { GOOGLE_APPLICATION_CREDENTIALS: await jsonFile(t, user) };
  gcs.tokens.add('t2');
  assert.deepEqual(await fetched(t, { ...environment, API_ENDPOINT_OVERRIDE: gcs.url }), ['model.json']);
  assert.equal(issued, 2);
  gcs.tokens.clear();
  assert.deepEqual(await fetched(t, { ...environment, STORAGE_EMULATOR_HOST: gcs.url }), ['model.json']);
});

test('credentials that cannot be used say why, without a secret', async (t) => {
  const url = await startHttp(t, (_request, response) => {
    response.writeHead(400).end('{"error":"invalid_grant","error_description":"SENTINEL"}');
  });
  const user = { type: 'authorized_user', refresh_token: 'SENTINEL', client_id: 'c', client_secret: 'SENTINEL' };
  const account = { type: 'service_account', client_email: 'a@p', private_key: 'SENTINEL' };
  const external = { type: 'external_account', audience: 'a', subject_token_type: 't', token_url: url };
  const cases: [unknown, StorageErrorCode, RegExp][] = [
    [{ ...user, token_uri: url }, 'AccessDenied', /400 invalid_grant/],
    [{ ...account, private_key: PEM, token_uri: url }, 'AccessDenied', /the key of a@p in .* still exists/],
    [{ ...user, token_uri: 'file:///etc/passwd' }, 'InvalidConfiguration', /no http or https address in "token_uri"/],
    [account, 'InvalidConfiguration', /no RSA key in PEM form/],
    [{ ...account, client_email: 1 }, 'InvalidConfiguration', /no text in "client_email"/],
    [{ type: 'SENTINE1' }, 'InvalidConfiguration', /are of type "SENTINE1".*supported are service_account/],
    [[], 'InvalidConfiguration', /are not a JSON object/],
    [{ ...external, credential_source: { executable: { command: 'x' } } }, 'InvalidConfiguration', /not supported/],
    [{ ...external, credential_source: { file: '/nowhere/token' } }, 'InvalidConfiguration', /names \/nowhere\/token/],
  ];
  for (const [value, code, pattern] of cases) {
    const environment = { API_ENDPOINT_OVERRIDE: url, GOOGLE_APPLICATION_CREDENTIALS: await jsonFile(t, value) };
    await assert.rejects(fetched(t, environment), (error: Error) => {
      const shown = JSON.stringify({ ...error, message: error.message, cause: String(error.cause) });
      assert.doesNotMatch(shown, /SENTINEL|PRIVATE KEY/);
      return failsWith(code, pattern)(error);
    });
  }
  const missing = { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' };
  await assert.rejects(fetched(t, missing), failsWith('InvalidConfiguration', /names \/nowhere\/key.json/));
  const directory = await temporaryDirectory(t);
  for (const uri of ['gs://', 'gs:///x', 'gs://Bad_Name!/x']) {
    await assert.rejects(download(uri, directory), failsWith('InvalidUri', /names no bucket/));
  }
});
