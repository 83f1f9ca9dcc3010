import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { download } from '@serval/storage';
import { failsWith, filesOf } from '../../packages/storage/src/test-support/expect.ts';
import { startFaultProxy } from '../../packages/storage/src/test-support/fault-proxy.ts';
import { temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { freePort, installServer, startServer } from './support/servers.ts';

const server = installServer('fake-gcs-server');
const skip = server.missing;

async function startGcs(t: TestContext): Promise<{ url: string; put: typeof put }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  await startServer(t, server.path, [...args, '-backend', 'memory', '-log-level', 'error'], {
    ready: () => fetch(`${url}/storage/v1/b?project=test`),
  });
  await send(`${url}/storage/v1/b?project=test`, JSON.stringify({ name: 'models' }), 'application/json');
  async function put(name: string, data: string | Buffer<ArrayBuffer>, encoding = ''): Promise<void> {
    const query = new URLSearchParams({
      uploadType: 'media',
      name,
      ...(encoding ? { contentEncoding: encoding } : {}),
    });
    await send(`${url}/upload/storage/v1/b/models/o?${query}`, data, 'application/octet-stream');
  }
  return { url, put };
}

async function send(url: string, body: string | Buffer<ArrayBuffer>, type: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
  assert.ok(response.ok, `${response.status} ${await response.text()}`);
}

test('prefixes, exact names, empty objects, markers and odd characters', { skip }, async (t) => {
  const { url, put } = await startGcs(t);
  const names = ['iris/model.json', 'iris/config/labels.txt', 'iris/', 'iris-v2/model.json', 'iris.bin'];
  for (const name of names) await put(name, name.endsWith('/') ? '' : name);
  await put('iris/empty', '');
  await put("odd/ä +%&'()*!~#?=@,;:$.json", 'odd');
  const environment = { STORAGE_EMULATOR_HOST: url };
  const cases: [string, string[]][] = [
    ['gs://models/iris', ['config/labels.txt', 'empty', 'model.json']],
    ['gs://models/iris/', ['config/labels.txt', 'empty', 'model.json']],
    ['gs://models/iris/model.json', ['model.json']],
    ['gs://models/odd', ["ä +%&'()*!~#?=@,;:$.json"]],
    ["gs://models/odd/ä +%&'()*!~#?=@,;:$.json", ["ä +%&'()*!~#?=@,;:$.json"]],
  ];
  for (const [uri, expected] of cases) {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment });
    assert.deepEqual(await filesOf(directory), expected, uri);
    assert.equal((await download(uri, directory, { environment })).reused, true);
  }
  const directory = await temporaryDirectory(t);
  assert.equal((await download('gs://models', directory, { environment })).files, 6);
});

test('a large object comes in ranges, whole and checked; a stored gzip comes without its encoding', {
  skip,
}, async (t) => {
  const { url, put } = await startGcs(t);
  const data = randomBytes(5_000_001) as Buffer<ArrayBuffer>;
  await put('m/large.bin', data);
  await put('m/packed.json', gzipSync('{"a":1}') as Buffer<ArrayBuffer>, 'gzip');
  const directory = await temporaryDirectory(t);
  const environment = { STORAGE_EMULATOR_HOST: url };
  await download('gs://models/m', directory, { environment, segmentBytes: 700_000 });
  assert.deepEqual(await readFile(join(directory, 'large.bin')), data);
  assert.equal(await readFile(join(directory, 'packed.json'), 'utf8'), '{"a":1}');
});

test('an object that is replaced between two ranges is fetched anew, whole', { skip }, async (t) => {
  const { url, put } = await startGcs(t);
  const [before, after] = [randomBytes(300_000), randomBytes(300_000)] as Buffer<ArrayBuffer>[];
  await put('m/model.bin', before!);
  let replaced: Promise<void> | undefined;
  const proxy = await startFaultProxy(t, url);
  let reads = 0;
  proxy.beforeData = () => {
    if (++reads === 4) {
      replaced = put('m/model.bin', after!);
      proxy.faults.push({ kind: 'hold', until: replaced });
    }
  };
  const directory = await temporaryDirectory(t);
  const environment = { STORAGE_EMULATOR_HOST: proxy.url };
  await download('gs://models/m/model.bin', directory, {
    environment,
    segmentBytes: 50_000,
    parallel: 1,
    retryBaseMs: 1,
  });
  await replaced;
  assert.ok((await readFile(join(directory, 'model.bin'))).equals(after!), 'never mixed');
});

test('many objects come page by page', { skip }, async (t) => {
  const { url, put } = await startGcs(t);
  for (let i = 0; i < 1100; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, k) => put(`many/${i + k}`, `${i + k}`)));
  }
  const directory = await temporaryDirectory(t);
  const report = await download('gs://models/many', directory, { environment: { STORAGE_EMULATOR_HOST: url } });
  assert.equal(report.files, 1100);
});

test('missing buckets, prefixes and near names', { skip }, async (t) => {
  const { url, put } = await startGcs(t);
  await put('iris-v2/model.json', 'x');
  const environment = { STORAGE_EMULATOR_HOST: url };
  const directory = await temporaryDirectory(t);
  const options = { environment, retries: 0 };
  await assert.rejects(
    download('gs://nobucket/x', directory, options),
    failsWith('ObjectNotFound', /bucket "nobucket" does not exist/),
  );
  await assert.rejects(
    download('gs://models/iris', directory, options),
    failsWith('ObjectNotFound', /no object under gs:\/\/models\/iris\/ — .*"iris-v2\/model.json"/),
  );
  await assert.rejects(
    download('gs://models/none', directory, options),
    failsWith('ObjectNotFound', /gs:\/\/models\/none/),
  );
  assert.deepEqual(await filesOf(directory, true), []);
});
