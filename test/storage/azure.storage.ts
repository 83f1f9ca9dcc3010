import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { download } from '@serval/storage';
import { sharedKeyAuthorization } from '../../packages/storage/src/azure/shared-key.ts';
import { failsWith, filesOf } from '../../packages/storage/src/test-support/expect.ts';
import { startFaultProxy } from '../../packages/storage/src/test-support/fault-proxy.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { freePort, installServer, startServer } from './support/servers.ts';

const server = installServer('azurite');
const skip = server.missing;

/** Made up; Azurite takes any pair. */
const ACCOUNT = 'models1';
const KEY = createHash('sha512').update('a key of nobody').digest('base64');
const BASE = `https://${ACCOUNT}.blob.core.windows.net`;

interface Azure {
  url: string;
  environment: Record<string, string>;
  put(path: string, data: string | Buffer<ArrayBuffer>, headers?: Record<string, string>): Promise<void>;
}

async function startAzure(t: TestContext): Promise<Azure> {
  const port = await freePort();
  const folder = await temporaryDirectory(t);
  const origin = `http://127.0.0.1:${port}`;
  const args = [server.path, '--blobHost', '127.0.0.1', '--blobPort', String(port), '--disableTelemetry'];
  await startServer(t, process.execPath, [...args, '--silent', '--inMemoryPersistence'], {
    env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT}:${KEY}` },
    cwd: folder,
    ready: () => fetch(`${origin}/`),
  });
  const url = `${origin}/${ACCOUNT}`;
  async function send(path: string, own: Record<string, string>, body?: string | Buffer<ArrayBuffer>): Promise<void> {
    const target = new URL(`${url}/${path}`);
    const headers: Record<string, string> = {
      'x-ms-version': '2023-11-03',
      'x-ms-date': new Date().toUTCString(),
      'content-length': body?.length ? String(Buffer.byteLength(body)) : '',
      ...own,
    };
    headers['authorization'] = sharedKeyAuthorization('PUT', target, headers, {
      account: ACCOUNT,
      key: Buffer.from(KEY, 'base64'),
    });
    delete headers['content-length'];
    const response = await fetch(target, { method: 'PUT', headers, ...(body === undefined ? {} : { body }) });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  }
  await send('models?restype=container', {});
  await send('public?restype=container', { 'x-ms-blob-public-access': 'container' });
  return {
    url,
    environment: { AZURE_STORAGE_BLOB_ENDPOINT: url, AZURE_STORAGE_ACCESS_KEY: KEY },
    put(path, data, headers = {}) {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      const own = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream', ...headers };
      return send(encoded, own, typeof data === 'string' ? (Buffer.from(data) as Buffer<ArrayBuffer>) : data);
    },
  };
}

/** A service signature (version 2020-12-06) for a container or one blob. */
function sasFor(resource: string, { permissions = 'rl', until = Date.now() + 3_600_000, key = KEY } = {}): string {
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  const [from, expiry, kind] = [time(until - 7_200_000), time(until), resource.includes('/') ? 'b' : 'c'];
  const fields = [
    permissions,
    from,
    expiry,
    `/blob/${ACCOUNT}/${resource}`,
    '',
    '',
    '',
    '2020-12-06',
    kind,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
  ];
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(fields.join('\n')).digest('base64');
  const sas = { sv: '2020-12-06', sr: kind, st: from, se: expiry, sp: permissions, sig };
  return new URLSearchParams(sas).toString();
}

test('prefixes, exact names, empty blobs, directories and odd characters', { skip }, async (t) => {
  const { put, environment } = await startAzure(t);
  for (const name of ['iris/model.json', 'iris/config/labels.txt', 'iris-v2/model.json', 'iris.bin'])
    await put(`models/${name}`, name);
  for (const name of ['iris/empty', 'iris/']) await put(`models/${name}`, '');
  // As an account with a hierarchical namespace shows its directories.
  for (const name of ['iris', 'iris/config']) await put(`models/${name}`, '', { 'x-ms-meta-hdi_isfolder': 'true' });
  await put("models/odd/ä +%&'()*!~#?=@,;:$.json", 'odd');
  const cases: [string, string[]][] = [
    [`${BASE}/models/iris`, ['config/labels.txt', 'empty', 'model.json']],
    [`${BASE}/models/iris/`, ['config/labels.txt', 'empty', 'model.json']],
    [`abfss://models@${ACCOUNT}.dfs.core.windows.net/iris`, ['config/labels.txt', 'empty', 'model.json']],
    [`${BASE}/models/iris/model.json`, ['model.json']],
    [`${BASE}/models/odd`, ["ä +%&'()*!~#?=@,;:$.json"]],
    [`${BASE}/models/odd/${encodeURIComponent("ä +%&'()*!~#?=@,;:$.json")}`, ["ä +%&'()*!~#?=@,;:$.json"]],
  ];
  for (const [uri, expected] of cases) {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment });
    assert.deepEqual(await filesOf(directory), expected, uri);
    assert.equal((await download(uri, directory, { environment })).reused, true);
  }
  const directory = await temporaryDirectory(t);
  assert.equal((await download(`${BASE}/models`, directory, { environment })).files, 6);
});

test('a large blob comes in ranges, and a blob that is replaced between two is fetched anew, whole', {
  skip,
}, async (t) => {
  const { url, put, environment } = await startAzure(t);
  const [before, after] = [randomBytes(1_000_001), randomBytes(1_000_001)] as Buffer<ArrayBuffer>[];
  await put('models/model.bin', before!);
  const directory = await temporaryDirectory(t);
  const uri = `${BASE}/models/model.bin`;
  await download(uri, directory, { environment, segmentBytes: 150_000 });
  assert.deepEqual(await readFile(join(directory, 'model.bin')), before);

  const proxy = await startFaultProxy(t, new URL(url).origin);
  let reads = 0;
  proxy.beforeData = () => {
    if (++reads === 4) proxy.faults.push({ kind: 'hold', until: put('models/model.bin', after!) });
  };
  const other = await temporaryDirectory(t);
  const proxied = { ...environment, AZURE_STORAGE_BLOB_ENDPOINT: `${proxy.url}/${ACCOUNT}` };
  await download(uri, other, { environment: proxied, segmentBytes: 150_000, parallel: 1, retryBaseMs: 1 });
  assert.deepEqual(await readFile(join(other, 'model.bin')), after);
});

test('many blobs come page by page', { skip }, async (t) => {
  const { put, environment } = await startAzure(t);
  for (let i = 0; i < 1050; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, k) => put(`models/many/${i + k} & more`, `${i + k}`)));
  }
  const directory = await temporaryDirectory(t);
  assert.equal((await download(`${BASE}/models/many`, directory, { environment })).files, 1050);
});

test('shared keys, signatures in the URI and in a variable, connection strings, and nobody at all', {
  skip,
}, async (t) => {
  const { url, put, environment } = await startAzure(t);
  await put('models/m/a', 'private');
  await put('public/m/a', 'public');
  const endpoint = { AZURE_STORAGE_BLOB_ENDPOINT: url };
  const connection = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${url};`;
  const withSas = `BlobEndpoint=${url};SharedAccessSignature=${sasFor('models')}`;
  const cases: [string, Record<string, string>][] = [
    [`${BASE}/models/m`, environment],
    [`${BASE}/models/m?${sasFor('models')}`, endpoint],
    [`abfss://models@${ACCOUNT}.dfs.core.windows.net/m?${sasFor('models')}`, endpoint],
    [`${BASE}/models/m/a?${sasFor('models/m/a', { permissions: 'r' })}`, endpoint],
    [`${BASE}/models/m`, { ...endpoint, AZURE_STORAGE_SAS_TOKEN: `?${sasFor('models')}` }],
    [`${BASE}/models/m`, { AZURE_STORAGE_CONNECTION_STRING: connection }],
    [`${BASE}/models/m`, { AZURE_STORAGE_CONNECTION_STRING: withSas }],
    [`${BASE}/public/m`, endpoint],
  ];
  for (const [uri, given] of cases) {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment: given, retries: 0 });
    assert.deepEqual(await filesOf(directory), ['a'], uri);
  }
});

test('expired and wrong credentials, missing containers and empty prefixes say what is wrong, without a secret', {
  skip,
}, async (t) => {
  const { url, put, environment } = await startAzure(t);
  await put('models/iris-v2/a', 'a');
  const endpoint = { AZURE_STORAGE_BLOB_ENDPOINT: url };
  const wrongKey = createHash('sha512').update('another key').digest('base64');
  const expired = sasFor('models', { until: Date.parse('2024-01-02T03:04:05Z') });
  const readOnly = sasFor('models', { permissions: 'r' });
  const forged = sasFor('models', { key: wrongKey });
  const cases: [string, Record<string, string>, 'AccessDenied' | 'ObjectNotFound', RegExp][] = [
    [`${BASE}/models/iris-v2?${expired}`, endpoint, 'AccessDenied', /the URI expired at 2024-01-02T03:04:05/],
    [`${BASE}/models/iris-v2/?${expired}`, endpoint, 'AccessDenied', /the URI expired at 2024-01-02T03:04:05/],
    [
      `${BASE}/models/iris-v2`,
      { ...endpoint, AZURE_STORAGE_SAS_TOKEN: forged },
      'AccessDenied',
      /AZURE_STORAGE_SAS_TOKEN is not valid here/,
    ],
    [`${BASE}/models/iris-v2/?${readOnly}`, endpoint, 'AccessDenied', /permissions "r"/],
    [
      `${BASE}/models/iris-v2`,
      { ...endpoint, AZURE_STORAGE_ACCESS_KEY: wrongKey },
      'AccessDenied',
      /AZURE_STORAGE_ACCESS_KEY is a key of account "models1"/,
    ],
    [`${BASE}/models/iris-v2`, endpoint, 'AccessDenied', /requests were anonymous/],
    [`${BASE}/nothing/iris`, environment, 'ObjectNotFound', /container "nothing" does not exist in account "models1"/],
    [`${BASE}/models/none/`, environment, 'ObjectNotFound', /no blob under .*\/models\/none\//],
    [`${BASE}/models/iris`, environment, 'ObjectNotFound', /no blob under .*"iris-v2\/a"/],
  ];
  const secrets = [expired, readOnly, forged].map((sas) => new URLSearchParams(sas).get('sig')!).concat(KEY, wrongKey);
  for (const [uri, given, code, pattern] of cases) {
    const directory = await temporaryDirectory(t);
    await assert.rejects(download(uri, directory, { environment: given, retries: 0 }), (error: Error) => {
      const text = JSON.stringify({ ...error, message: error.message, cause: String(error.cause) });
      for (const secret of secrets)
        assert.ok(!text.includes(secret) && !text.includes(encodeURIComponent(secret)), text);
      return failsWith(code, pattern)(error);
    });
    assert.deepEqual(await filesOf(directory, true), []);
  }
});
