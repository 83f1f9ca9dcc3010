import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serval, temporaryDirectory } from '../support/serval.ts';

async function startFiles(t: TestContext, files: Record<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    const text = files[request.url ?? ''];
    response.writeHead(text === undefined ? 404 : 200, { etag: `"${text?.length}"` }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a model is listed, downloaded, verified, and found changed', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const [source, target] = [join(dataDir, 'source'), join(dataDir, 'target')];
  await mkdir(source);
  await writeFile(join(source, 'a'), 'aaaa');
  await writeFile(join(source, 'b'), 'bb');

  const listed = await serval(['storage', 'ls', source], { dataDir });
  assert.match(listed.stdout, /^NAME +SIZE +DIGEST +VERSION\na +4 B/);
  assert.equal(listed.stderr, '2 files, 6 B\n');
  const json = JSON.parse((await serval(['storage', 'ls', source, '--json'], { dataDir })).stdout);
  assert.deepEqual(
    json.files.map(({ name, sizeBytes }: { name: string; sizeBytes: number }) => [name, sizeBytes]),
    [
      ['a', 4],
      ['b', 2],
    ],
  );

  const downloaded = await serval(['storage', 'download', source, target], { dataDir });
  assert.equal(downloaded.code, 0, downloaded.stderr);
  assert.match(downloaded.stdout, /^downloaded 2 files, 6 B from .*source to .*target in /);
  assert.match((await serval(['storage', 'download', source, target], { dataDir })).stdout, /^reused 2 files, 6 B/);

  const sound = await serval(['storage', 'verify', target], { dataDir });
  assert.equal(sound.code, 0, sound.stderr);
  await appendFile(join(target, 'a'), 'x');
  await writeFile(join(target, 'new'), '');
  const changed = await serval(['storage', 'verify', target, '--json'], { dataDir });
  assert.equal(changed.code, 6);
  const { files } = JSON.parse(changed.stdout) as { files: { name: string; result: string }[] };
  assert.deepEqual(Object.fromEntries(files.map(({ name, result }) => [name, result])), {
    a: 'changed',
    b: 'ok',
    new: 'extra',
  });
});

test('failures have the exit codes of the initializer', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const url = await startFiles(t, {});
  const missing = await serval(['storage', 'download', `${url}/m?sig=secret`, join(dataDir, 'm')], { dataDir });
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /^serval: http:\/\/127\.0\.0\.1:\d+\/m\?… does not exist \(404\)\n {2}hint: /);
  assert.doesNotMatch(missing.stderr, /secret/);
  assert.equal((await serval(['storage', 'ls', 'x://y'], { dataDir })).code, 2);
  assert.equal((await serval(['storage', 'verify', dataDir], { dataDir })).code, 3);
  const noCache = await serval(['storage', 'cache', 'ls'], { dataDir });
  assert.equal(noCache.code, 2);
  assert.match(noCache.stderr, /no cache is named\n {2}hint: give --cache/);
});

test('the cache is listed, verified, pruned and cleared', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const cache = join(dataDir, 'cache');
  const url = await startFiles(t, { '/a': 'aaaa', '/b': 'bbb' });
  const call = (...args: string[]) => serval(['storage', ...args, '--cache', cache], { dataDir });
  for (const name of ['a', 'b']) assert.equal((await call('download', `${url}/${name}`, join(dataDir, name))).code, 0);
  const again = await call('download', `${url}/a`, join(dataDir, 'c'), '--json');
  assert.equal((JSON.parse(again.stdout) as { cachedBytes: number }).cachedBytes, 4);

  const listed = await call('cache', 'ls');
  assert.match(listed.stdout, /^SHA256 +SIZE +LAST USED +SOURCE\n/);
  assert.equal(listed.stderr, '2 files, 7 B held\n');
  assert.equal((await call('cache', 'verify')).code, 0);
  assert.equal((await call('cache', 'prune', '--keep', '4')).stderr, '1 files, 3 B removed\n');
  assert.equal((await call('cache', 'prune', '--keep', 'much')).code, 2);
  assert.equal((await call('cache', 'clear')).stderr, '1 files, 4 B removed\n');
  assert.equal((await call('cache', 'ls')).stderr, '0 files, 0 B held\n');
  assert.equal(await readFile(join(dataDir, 'c', 'a'), 'utf8'), 'aaaa');
  assert.deepEqual(await readdir(join(cache, 'v1', 'leases')), []);
});
