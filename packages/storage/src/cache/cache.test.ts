import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { download } from '../download.ts';
import type { DownloadEvent } from '../options.ts';
import { filesOf } from '../test-support/expect.ts';
import { type S3Server, startS3 } from '../test-support/s3-server.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { type CacheLinks, listBlobs } from './blobs.ts';
import { blobPath, cacheLayout } from './layout.ts';
import { tryLease } from './lease.ts';
import { trimCache } from './trim.ts';

const EXECUTABLE = fileURLToPath(new URL('../../bin/serval-storage.js', import.meta.url));
const MODEL = { 'models/m/a.bin': randomBytes(300_000), 'models/m/deep/b.bin': randomBytes(50), 'models/m/empty': '' };
const EXPECTED = sumsOf({
  'a.bin': MODEL['models/m/a.bin'],
  'deep/b.bin': MODEL['models/m/deep/b.bin'],
  empty: Buffer.alloc(0),
});

function sumsOf(files: Record<string, Buffer>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, data]) => [name, hash('sha256', data)]));
}

async function sumsIn(directory: string): Promise<Record<string, string>> {
  const files: Record<string, Buffer> = {};
  for (const name of await filesOf(directory)) files[name] = await readFile(join(directory, name));
  return sumsOf(files);
}

const objectsFetched = ({ requests }: S3Server) =>
  requests.filter((line) => line.startsWith('GET') && !line.includes('list-type')).length;

for (const links of ['hardlink', 'copy'] as const) {
  test(`a second directory gets its files from the cache (${links})`, async (t) => {
    const s3 = await startS3(t, MODEL);
    const cacheDirectory = join(await temporaryDirectory(t), 'cache');
    const options = { environment: s3.environment, cacheDirectory, cacheLinks: links as CacheLinks };
    const [one, two] = [await temporaryDirectory(t), await temporaryDirectory(t)];
    assert.equal((await download('s3://models/m', one, options)).cachedBytes, 0);
    const fetched = objectsFetched(s3);
    const report = await download('s3://models/m', two, options);
    assert.equal(report.cachedBytes, 300_050);
    assert.equal(report.fetchedBytes, 0);
    assert.equal(objectsFetched(s3), fetched);
    assert.deepEqual(await sumsIn(one), EXPECTED);
    assert.deepEqual(await sumsIn(two), EXPECTED);
    assert.equal((await download('s3://models/m', two, options)).reused, true);
  });
}

test('a source that refuses has nothing in the cache for anybody', async (t) => {
  const s3 = await startS3(t, MODEL);
  const options = { environment: s3.environment, cacheDirectory: await temporaryDirectory(t), retries: 0 };
  await download('s3://models/m', await temporaryDirectory(t), options);
  const keys = { AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'wrong' };
  const refused = { ...options, environment: { ...s3.environment, ...keys } };
  await assert.rejects(download('s3://models/m', await temporaryDirectory(t), refused), { code: 'AccessDenied' });
});

test('another server with the same bucket and key is another source', async (t) => {
  const [one, two] = [await startS3(t, MODEL), await startS3(t, MODEL)];
  const cacheDirectory = await temporaryDirectory(t);
  await download('s3://models/m', await temporaryDirectory(t), { environment: one.environment, cacheDirectory });
  const target = await temporaryDirectory(t);
  const report = await download('s3://models/m', target, { environment: two.environment, cacheDirectory });
  assert.equal(report.cachedBytes, 0);
});

test('content that was changed in the cache is fetched anew', async (t) => {
  const s3 = await startS3(t, { 'models/m/a.bin': 'right' });
  const cacheDirectory = await temporaryDirectory(t);
  const options = { environment: s3.environment, cacheDirectory, cacheLinks: 'copy' } as const;
  await download('s3://models/m', await temporaryDirectory(t), options);
  const layout = cacheLayout(cacheDirectory);
  const [blob] = await listBlobs(layout);
  await chmod(blobPath(layout, blob!.sha256), 0o600);
  await writeFile(blobPath(layout, blob!.sha256), 'wrong');
  const target = await temporaryDirectory(t);
  assert.equal((await download('s3://models/m', target, options)).cachedBytes, 0);
  assert.equal(await readFile(join(target, 'a.bin'), 'utf8'), 'right');
  assert.equal((await listBlobs(layout)).length, 1);
});

test('a cache that cannot be used is one warning', async (t) => {
  const s3 = await startS3(t, MODEL);
  const file = join(await temporaryDirectory(t), 'file');
  await writeFile(file, '');
  const target = await temporaryDirectory(t);
  const events: DownloadEvent[] = [];
  await download('s3://models/m', target, {
    environment: s3.environment,
    cacheDirectory: file,
    onEvent: (event) => events.push(event),
  });
  assert.deepEqual(await sumsIn(target), EXPECTED);
  const warnings = events.filter((event) => event.type === 'warning');
  assert.match(warnings.map(({ message }) => message).join('|'), /^the cache .*file is not used: (ENOTDIR|EEXIST)$/);
});

test('what was used least lately goes first, and stays in directories that have it', async (t) => {
  const s3 = await startS3(t, { 'b/old': 'o'.repeat(100), 'b/new': 'n'.repeat(100) });
  const cacheDirectory = await temporaryDirectory(t);
  const options = { environment: s3.environment, cacheDirectory };
  const target = await temporaryDirectory(t);
  await download('s3://b/old', target, options);
  const layout = cacheLayout(cacheDirectory);
  const [old] = await listBlobs(layout);
  await utimes(`${blobPath(layout, old!.sha256)}.json`, 1, 1);
  await download('s3://b/new', await temporaryDirectory(t), { ...options, cacheMaxBytes: 150 });
  assert.deepEqual(
    (await listBlobs(layout)).map(({ source }) => source),
    ['s3://b/new'],
  );
  assert.equal((await readdir(layout.index)).length, 1);
  assert.equal(await readFile(join(target, 'old'), 'utf8'), 'o'.repeat(100));
});

test('what killed processes left goes after an hour', async (t) => {
  const layout = cacheLayout(await temporaryDirectory(t));
  for (const folder of [layout.temporary, layout.leases]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'left'), '');
    await utimes(join(folder, 'left'), 1, 1);
    await writeFile(join(folder, 'of-now'), '');
  }
  await trimCache(layout, 1000);
  assert.deepEqual(await readdir(layout.temporary), ['of-now']);
  assert.deepEqual(await readdir(layout.leases), ['of-now']);
});

test('a lease is for one at a time, and for the next when its holder fell silent', async (t) => {
  const layout = cacheLayout(await temporaryDirectory(t));
  for (const folder of [layout.temporary, layout.leases]) await mkdir(folder, { recursive: true });
  const first = await tryLease(layout, 'key');
  assert.ok(first);
  assert.equal(await tryLease(layout, 'key'), undefined);
  await utimes(join(layout.leases, 'key'), 1, 1);
  const all = await Promise.all(Array.from({ length: 8 }, () => tryLease(layout, 'key')));
  const [second, ...others] = all.filter((lease) => lease !== undefined);
  assert.ok(second);
  assert.equal(others.length, 0);
  await first.release(); // not its own any more
  await stat(join(layout.leases, 'key'));
  await second.release();
  assert.deepEqual(await readdir(layout.leases), []);
});

test('eight processes fetch each file once, though one of them is killed', async (t) => {
  const objects = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`b/m/${i}`, randomBytes(20_000)]));
  const s3 = await startS3(t, objects);
  const cache = await temporaryDirectory(t);
  const start = (directory: string) =>
    spawn(process.execPath, [EXECUTABLE, '--cache', cache, 's3://b/m', directory], {
      env: { PATH: process.env['PATH'], ...s3.environment },
      stdio: 'ignore',
    });
  const directories = await Promise.all(Array.from({ length: 8 }, () => temporaryDirectory(t)));
  const children = directories.map(start);
  const codes = children.map(async (child) => (await once(child, 'close'))[0] as number | null);
  while (objectsFetched(s3) === 0) await sleep(5);
  children[0]!.kill('SIGKILL');
  const [, ...others] = await Promise.all(codes);
  assert.deepEqual(others, Array(7).fill(0));
  for (const directory of directories.slice(1)) assert.equal((await filesOf(directory)).length, 40);
  // The one that was killed had at most eight under way.
  assert.ok(objectsFetched(s3) <= 40 + 8, `${objectsFetched(s3)} requests`);
  assert.equal((await listBlobs(cacheLayout(cache))).length, 40);
});
