import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isAzureUri } from '../azure/location.ts';
import { sharedKeyAuthorization } from '../azure/shared-key.ts';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import { startAzureFiles } from '../test-support/azure-files-server.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startHttp } from '../test-support/http-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const FILES = {
  'share/iris/model.json': '{"a":1}',
  'share/iris/config/deep/labels & more.txt': 'setosa',
  'share/iris/config/a': 'a',
  'share/iris/config/b': '',
  'share/iris/z': 'z',
  'share/iris-v2/x': 'x',
};
const URI = 'https://account.file.core.windows.net/share/iris';

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function fetched(t: TestContext, environment: Record<string, string>, uri = URI): Promise<string[]> {
  const directory = await temporaryDirectory(t);
  await download(uri, directory, { environment, retries: 0, segmentBytes: 3 });
  return filesOf(directory);
}

test('Azure Files: directories page by page and to any depth, a file alone, the whole share', async (t) => {
  const files = await startAzureFiles(t, FILES);
  const environment = { AZURE_STORAGE_FILE_ENDPOINT: files.url };
  const all = ['config/a', 'config/b', 'config/deep/labels & more.txt', 'model.json', 'z'];
  assert.deepEqual(await fetched(t, environment), all);
  assert.deepEqual(await fetched(t, environment, `${URI}/`), all);
  assert.deepEqual(await fetched(t, environment, `${URI}/model.json`), ['model.json']);
  assert.equal((await fetched(t, environment, URI.replace('/iris', ''))).length, 6);
});

test('Azure Files: a file that is replaced between two ranges is fetched anew, whole', async (t) => {
  const files = await startAzureFiles(t, FILES);
  let reads = 0;
  files.judge = ({ method, url }) => {
    if (method === 'GET' && url.pathname.endsWith('model.json') && ++reads === 2) {
      files.files.set('share/iris/model.json', '{"b":22}');
    }
    return true;
  };
  const directory = await temporaryDirectory(t);
  const environment = { AZURE_STORAGE_FILE_ENDPOINT: files.url };
  const report = await download(`${URI}/model.json`, directory, { environment, segmentBytes: 3, parallel: 1 });
  assert.equal(report.bytes, 8);
});

test('Azure Files: the account key goes before an identity, tokens come with their intent', async (t) => {
  const files = await startAzureFiles(t, FILES);
  const key = Buffer.from('SENTINEL').toString('base64');
  files.judge = ({ method, url, headers }) => {
    const signed = { ...headers, 'content-length': '' } as Record<string, string>;
    const own = sharedKeyAuthorization(method, url, signed, { account: 'account', key: Buffer.from('SENTINEL') });
    return headers['authorization'] === own ? true : 'AuthenticationFailed';
  };
  const common = { AZURE_STORAGE_FILE_ENDPOINT: files.url };
  const both = {
    ...common,
    AZURE_STORAGE_ACCESS_KEY: key,
    AZURE_CLIENT_ID: 'c',
    AZURE_CLIENT_SECRET: 's',
    AZURE_TENANT_ID: 't',
  };
  assert.equal((await fetched(t, both)).length, 5);

  const imds = await startHttp(t, (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    assert.equal(pathname, '/metadata/identity/oauth2/token');
    assert.equal(request.headers['metadata'], 'true');
    assert.equal(searchParams.get('resource'), 'https://storage.azure.com/');
    assert.equal(searchParams.get('client_id'), 'c');
    response.end('{"access_token":"managed","expires_in":"86399","expires_on":"1"}');
  });
  files.judge = ({ headers }) =>
    headers['authorization'] === 'Bearer managed' && headers['x-ms-file-request-intent'] === 'backup' ? true : 'No';
  const managed = { ...common, AZURE_CLIENT_ID: 'c', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds };
  assert.equal((await fetched(t, managed)).length, 5);
});

test('service principals, workload identities and managed identities get one token for all requests', async (t) => {
  const files = await startAzureFiles(t, FILES);
  const folder = await temporaryDirectory(t);
  await writeFile(join(folder, 'token'), 'federated\n');
  const forms: Record<string, string>[] = [];
  const authority = await startHttp(t, async (request, response) => {
    assert.equal(request.url, '/tenant/oauth2/v2.0/token');
    forms.push(Object.fromEntries(new URLSearchParams(await bodyOf(request))));
    response.end('{"access_token":"issued","expires_in":3599}');
  });
  const application = await startHttp(t, (request, response) => {
    assert.equal(request.headers['x-identity-header'], 'secret');
    assert.equal(new URL(request.url!, 'http://x').searchParams.get('api-version'), '2019-08-01');
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    response.end(`{"access_token":"issued","expires_on":"${inAnHour}"}`);
  });
  files.judge = ({ headers }) => (headers['authorization'] === 'Bearer issued' ? true : 'AuthorizationFailure');
  const common = { AZURE_STORAGE_FILE_ENDPOINT: files.url, AZURE_AUTHORITY_HOST: authority };
  const secret = { ...common, AZ_TENANT_ID: 'tenant', AZ_CLIENT_ID: 'client', AZ_CLIENT_SECRET: 'secret' };
  const workload = {
    ...common,
    AZURE_TENANT_ID: 'tenant',
    AZURE_CLIENT_ID: 'client',
    AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token'),
  };
  const managed = { ...common, IDENTITY_ENDPOINT: application, IDENTITY_HEADER: 'secret' };
  for (const environment of [secret, workload, managed]) assert.equal((await fetched(t, environment)).length, 5);
  const shared = { grant_type: 'client_credentials', client_id: 'client', scope: 'https://storage.azure.com/.default' };
  assert.deepEqual(forms, [
    { ...shared, client_secret: 'secret' },
    {
      ...shared,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'federated',
    },
  ]);
});

test('failures say what is wrong, without a secret', async (t) => {
  const files = await startAzureFiles(t, FILES);
  const refusing = await startAzureFiles(t, FILES);
  refusing.judge = () => 'AuthenticationFailed';
  const broken = await startHttp(t, (request, response) => {
    response.writeHead(request.method === 'HEAD' ? 404 : 200).end('<EnumerationResults><Entries>');
  });
  const authority = await startHttp(t, (_request, response) => {
    response.writeHead(401).end('{"error":"invalid_client","error_description":"AADSTS7000222: SENTINEL"}');
  });
  const endpoint = { AZURE_STORAGE_FILE_ENDPOINT: files.url };
  const refused = { AZURE_STORAGE_FILE_ENDPOINT: refusing.url };
  const principal = { AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 'SENTINEL', AZURE_TENANT_ID: 't' };
  const cases: [string, Record<string, string>, StorageErrorCode, RegExp][] = [
    [URI.replace('share', 'other'), endpoint, 'ObjectNotFound', /share "other" does not exist in account "account"/],
    [`${URI}/none`, endpoint, 'ObjectNotFound', /does not exist|no file under/],
    [`${URI}?se=2024-01-01&sig=SENTINEL`, refused, 'AccessDenied', /the URI expired at 2024-01-01/],
    [`${URI}?se=2999-01-01&sig=SENTINEL`, refused, 'AccessDenied', /is not valid here/],
    [URI, { ...refused, AZURE_STORAGE_KEY: 'SENTINEL' }, 'AccessDenied', /that AZURE_STORAGE_KEY is a key of account/],
    [URI, refused, 'AccessDenied', /anonymous/],
    [
      URI,
      { ...endpoint, AZURE_AUTHORITY_HOST: authority, ...principal },
      'AccessDenied',
      /invalid_client AADSTS7000222/,
    ],
    [URI, { AZURE_STORAGE_FILE_ENDPOINT: broken }, 'SourceRejected', /does not answer as Azure Files does/],
    [
      URI,
      { AZURE_STORAGE_FILE_ENDPOINT: 'http://u:SENTINEL@h' },
      'InvalidConfiguration',
      /AZURE_STORAGE_FILE_ENDPOINT/,
    ],
    [URI, { AZURE_STORAGE_ACCESS_KEY: 'SENTINEL!' }, 'InvalidConfiguration', /AZURE_STORAGE_ACCESS_KEY is not base64/],
    [URI, { AZURE_STORAGE_SAS_TOKEN: 'SENTINEL' }, 'InvalidConfiguration', /no shared access signature/],
    [URI, { AZURE_CLIENT_SECRET: 'SENTINEL' }, 'InvalidConfiguration', /AZURE_CLIENT_ID is not set/],
    [URI, { AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 'SENTINEL' }, 'InvalidConfiguration', /AZURE_TENANT_ID is not/],
    [URI, { AZURE_STORAGE_CONNECTION_STRING: 'SENTINEL' }, 'InvalidConfiguration', /CONNECTION_STRING is malformed/],
    [URI, { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=b' }, 'InvalidConfiguration', /is for account "b"/],
    ['https://account.blob.core.windows.net/?sig=SENTINEL', {}, 'InvalidUri', /names no container/],
    ['abfss://account.dfs.core.windows.net/x?sig=SENTINEL', {}, 'InvalidUri', /is no address of Azure Storage/],
    ['https://account.blob.core.windows.net/c/%zz?sig=SENTINEL', {}, 'InvalidUri', /"%" that begins no escape/],
  ];
  for (const [uri, environment, code, pattern] of cases) {
    await assert.rejects(fetched(t, environment, uri), (error: Error) => {
      const shown = JSON.stringify({ ...error, message: error.message, cause: String(error.cause) });
      assert.doesNotMatch(shown, /SENTINEL/);
      return failsWith(code, pattern)(error);
    });
  }
});

test('which addresses are of Azure', () => {
  const cases: [string, boolean][] = [
    ['https://account.blob.core.windows.net/c/p?sig=x', true],
    ['https://account.blob.core.usgovcloudapi.net/c', true],
    ['https://account.file.core.chinacloudapi.cn/s', true],
    ['https://account.z12.blob.storage.azure.net/c', true],
    ['https://ACCOUNT.Blob.core.windows.net/c', true],
    ['abfs://c@account.dfs.core.windows.net/p', true],
    ['https://account.blob.core.windows.net.example.com/c', false],
    ['https://example.com/account.blob.core.windows.net/c', false],
    ['https://user@account.blob.core.windows.net/c', false],
    ['http://account.blob.core.windows.net/c', false],
    ['https://account.queue.core.windows.net/c', false],
  ];
  for (const [uri, expected] of cases) assert.equal(isAzureUri(uri), expected, uri);
});
