import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from '../download.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { git, noGit, startGitServer } from '../test-support/git-server.ts';
import { startHttp } from '../test-support/http-server.ts';
import { createLfsServer, type LfsServer } from '../test-support/lfs-server.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';
import { parseLfsPointer } from './lfs-pointer.ts';

const once = { retries: 0 };

async function repositoryWith(
  t: Scope,
  lfs: LfsServer,
  files: Record<string, string>,
): Promise<{ url: string; path: string }> {
  const server = await startGitServer(t, { intercept: lfs.intercept });
  const path = await server.createRepository('m');
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  await git(path, 'add', '-A');
  await git(path, 'commit', '-qm', 'c');
  return { url: `${server.url}/m.git`, path };
}

test('pointers become the files they stand for, in ranges, and not again', { skip: noGit }, async (t) => {
  const lfs = createLfsServer();
  const [large, other] = [randomBytes(500_000), randomBytes(10)];
  const { url, path } = await repositoryWith(t, lfs, {
    'large.bin': lfs.put(large),
    'other.bin': lfs.put(other),
    'a.json': '{}',
  });
  const directory = await temporaryDirectory(t);
  await download(url, directory, { ...once, segmentBytes: 100_000 });
  assert.deepEqual(await readFile(join(directory, 'large.bin')), large);
  assert.deepEqual(await readFile(join(directory, 'other.bin')), other);
  assert.equal(lfs.batches.length, 1);
  assert.ok(lfs.downloads.some((each) => each.endsWith('bytes=100000-199999')));
  lfs.downloads.length = 0;
  await writeFile(join(path, 'a.json'), '{"new":1}');
  await git(path, 'commit', '-qam', 'c');
  await download(url, directory, once);
  assert.deepEqual(
    lfs.downloads.filter((each) => !each.endsWith('bytes=0-0')),
    [],
  );
  assert.equal(await readFile(join(directory, 'a.json'), 'utf8'), '{"new":1}');

  const pointers = await download(url, directory, { ...once, environment: { GIT_LFS_SKIP_SMUDGE: '1' } });
  assert.equal(pointers.reused, false);
  assert.match(await readFile(join(directory, 'large.bin'), 'utf8'), /^version https/);
});

test('stores without ranges, on other hosts, with wrong bytes, and without the file', { skip: noGit }, async (t) => {
  const lfs = createLfsServer();
  lfs.ranges = false;
  const content = randomBytes(300_000);
  const { url } = await repositoryWith(t, lfs, { 'm.bin': lfs.put(content) });
  const seen: (string | undefined)[] = [];
  lfs.storeUrl = await startHttp(t, (request, response) => {
    seen.push(request.headers.authorization);
    if (!lfs.intercept(request, response)) response.writeHead(404).end();
  });
  const directory = await temporaryDirectory(t);
  const environment = { GIT_USERNAME: 'u', GIT_PASSWORD: 'sentinel-password' };
  await download(url, directory, { ...once, segmentBytes: 100_000, environment });
  assert.deepEqual(await readFile(join(directory, 'm.bin')), content);
  assert.deepEqual([...new Set(seen)], ['Bearer sentinel-lfs-token']);

  const [oid] = lfs.objects.keys();
  lfs.objects.set(oid!, randomBytes(300_000));
  const target = await temporaryDirectory(t);
  await assert.rejects(download(url, target, once), failsWith('ChecksumMismatch', /sha256 of .*m\.git\/\/m\.bin/));
  assert.deepEqual(await filesOf(target), []);
  lfs.objects.clear();
  await assert.rejects(
    download(url, target, once),
    failsWith('ObjectNotFound', /Object does not exist \(404\) — push it/),
  );
});

test('an LFS server that is none', { skip: noGit }, async (t) => {
  const pointer = createLfsServer().put(randomBytes(5));
  const cases: [number, string, RegExp][] = [
    [200, '{}', /gives no address/],
    [200, 'null', /gives no address/],
    [200, '<html>', /is not JSON/],
    [200, '{"objects":[null,{"oid":1}]}', /gives no address/],
    [
      200,
      `{"objects":[{"oid":"${parseLfsPointer(Buffer.from(pointer))!.sha256}","actions":{"download":{"href":"file:///etc/passwd"}}}]}`,
      /something else/,
    ],
    [501, 'no', /answered 501/],
  ];
  for (const [status, body, pattern] of cases) {
    const server = { ...createLfsServer() };
    server.intercept = (request, response) => {
      if (!request.url!.includes('/info/lfs')) return false;
      response.writeHead(status).end(body);
      return true;
    };
    const { url } = await repositoryWith(t, server, { m: pointer });
    await assert.rejects(download(url, await temporaryDirectory(t), once), (error: Error) =>
      pattern.test(error.message),
    );
  }
});

test('what is a pointer', () => {
  const good = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`;
  assert.deepEqual(parseLfsPointer(Buffer.from(good)), { sha256: 'a'.repeat(64), sizeBytes: 12 });
  for (const bad of [
    good.replace('12', '-1'),
    good.replace('sha256', 'sha1'),
    good.replace('v1', 'v2'),
    good.replace('oid', 'id'),
    `x${good}`,
    '',
  ]) {
    assert.equal(parseLfsPointer(Buffer.from(bad)), undefined);
  }
  assert.equal(parseLfsPointer(Buffer.from(good + ' '.repeat(1024))), undefined);
});
