import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { download } from '../download.ts';
import { MANIFEST_NAME, type Manifest } from '../manifest.ts';
import type { DownloadEvent, DownloadOptions } from '../options.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { startFaultProxy } from '../test-support/fault-proxy.ts';
import { startHttp } from '../test-support/http-server.ts';
import { KEYS, startS3 } from '../test-support/s3-server.ts';
import { tarArchive } from '../test-support/tar-writer.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';
import { zipArchive } from '../test-support/zip-writer.ts';

const MODEL = randomBytes(700_000);

async function startPair(scope: Scope, objects: Record<string, Buffer | string>) {
  const s3 = await startS3(scope, objects, { keys: KEYS, multipart: true });
  const proxy = await startFaultProxy(scope, s3.url);
  const settings: DownloadOptions = {
    environment: { ...s3.environment, AWS_ENDPOINT_URL: proxy.url },
    segmentBytes: 100_000,
    retryBaseMs: 1,
  };
  return { s3, proxy, settings };
}

test('the one file of a source is extracted, not fetched again, and replaced when it changes', async (t) => {
  const first = tarArchive([{ name: './', typeFlag: '5' }, { name: './a/model.bin', content: MODEL }, { name: 'b' }]);
  const { s3, settings } = await startPair(t, { 'b/m/model.tar.gz': gzipSync(first) });
  const directory = await temporaryDirectory(t);
  const report = await download('s3://b/m', directory, settings);
  assert.deepEqual([report.files, report.bytes, report.reused], [2, MODEL.length, false]);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'a/model.bin', 'b']);
  assert.deepEqual(await readFile(join(directory, 'a', 'model.bin')), MODEL);
  const manifest = JSON.parse(await readFile(join(directory, MANIFEST_NAME), 'utf8')) as Manifest;
  assert.deepEqual(
    [manifest.archive?.name, manifest.archive?.sizeBytes],
    ['model.tar.gz', s3.objects.get('b/m/model.tar.gz')?.length],
  );
  assert.ok(manifest.archive?.version);

  s3.requests.length = 0;
  const again = await download('s3://b/m', directory, settings);
  assert.deepEqual([again.reused, again.fetchedBytes, again.files], [true, 0, 2]);
  assert.ok(s3.requests.every((request) => request.includes('list-type=2')));

  // A file where a folder was, and a folder where a file was.
  s3.objects.set(
    'b/m/model.tar.gz',
    gzipSync(
      tarArchive([
        { name: 'a', content: 'A' },
        { name: 'b/c', content: 'C' },
      ]),
    ),
  );
  await download('s3://b/m', directory, settings);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'a', 'b/c']);
  await writeFile(join(directory, 'a'), 'edited');
  await download('s3://b/m', directory, settings);
  assert.equal(await readFile(join(directory, 'a'), 'utf8'), 'A');

  // From an archive to files, and back.
  s3.objects.set('b/m/second', Buffer.from('2'));
  await download('s3://b/m', directory, settings);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'model.tar.gz', 'second']);
  s3.objects.delete('b/m/second');
  await download('s3://b/m', directory, settings);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'a', 'b/c']);
});

test('a bad archive leaves the model that was there', async (t) => {
  const { s3, settings } = await startPair(t, { 'b/m.tar': tarArchive([{ name: 'model', content: 'good' }]) });
  const directory = await temporaryDirectory(t);
  await download('s3://b/m.tar', directory, settings);
  for (const bad of [tarArchive([{ name: 'model', content: 'bad' }, { name: '../x' }]), Buffer.from('no archive')]) {
    s3.objects.set('b/m.tar', bad);
    await assert.rejects(download('s3://b/m.tar', directory, settings));
    assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'model']);
    assert.equal(await readFile(join(directory, 'model'), 'utf8'), 'good');
  }
});

test('archives are not opened when told so, when there are several, when they are inside others, or under other names', async (t) => {
  const inner = tarArchive([{ name: 'x', content: 'x' }]);
  const { s3, settings } = await startPair(t, { 'b/m/m.tar': inner });
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, { ...settings, extractArchives: false });
  assert.deepEqual(await readFile(join(directory, 'm.tar')), inner);
  const off = { ...settings.environment, SERVAL_STORAGE_EXTRACT: 'false' };
  assert.equal((await download('s3://b/m', directory, { ...settings, environment: off })).reused, true);
  await assert.rejects(
    download('s3://b/m', directory, { ...settings, environment: { ...off, SERVAL_STORAGE_EXTRACT: 'nope' } }),
    failsWith('InvalidConfiguration', /SERVAL_STORAGE_EXTRACT is "nope"/),
  );
  s3.objects.set('b/m/n.tar', inner);
  await download('s3://b/m', directory, settings);
  assert.deepEqual(await filesOf(directory), ['m.tar', 'n.tar']);
  s3.objects.set('b/nested.zip', zipArchive([{ name: 'inner.tar', content: inner }]));
  await download('s3://b/nested.zip', directory, settings);
  assert.deepEqual(await filesOf(directory), ['inner.tar']);
  s3.objects.set('b/model.mar', zipArchive([{ name: 'x', content: 'x' }]));
  await download('s3://b/model.mar', directory, settings);
  assert.deepEqual(await filesOf(directory), ['model.mar']);
});

test('an archive by the query of its address, and one that the server unpacks on the way', async (t) => {
  const archive = tarArchive([{ name: 'x', content: 'x' }]);
  const url = await startHttp(t, (request, response) => {
    if (request.url?.startsWith('/served.tar.gz')) {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(archive));
    } else response.end(gzipSync(archive));
  });
  for (const path of ['get?file=m.tar.gz', 'm.TGZ?sig=secret', 'served.tar.gz']) {
    const directory = await temporaryDirectory(t);
    await download(`${url}/${path}`, directory);
    assert.deepEqual(await filesOf(directory), ['x'], path);
    assert.doesNotMatch(await readFile(join(directory, MANIFEST_NAME), 'utf8'), /secret/);
  }
});

test('links become names of the same content; modes are 0644 or 0755; times and owners are new', async (t) => {
  const source = await temporaryDirectory(t);
  const entries = [
    { name: 'blobs/abc', content: 'weights', mode: 0o4600 },
    { name: 'run', content: '#!', mode: 0o6777 },
    { name: 'v1/model', typeFlag: '2', linkName: '../blobs/abc' },
    { name: 'latest', typeFlag: '2', linkName: 'v1' },
    { name: 'again', typeFlag: '2', linkName: 'latest/../latest/model' },
    { name: 'hard', typeFlag: '1', linkName: './blobs/abc' },
    { name: 'empty/', typeFlag: '5' },
  ];
  await writeFile(join(source, 'm.tar'), tarArchive(entries));
  const directory = await temporaryDirectory(t);
  await download(`file://${source}/m.tar`, directory);
  const names = ['again', 'blobs/abc', 'hard', 'latest/model', 'run', 'v1/model'];
  assert.deepEqual(await filesOf(directory), names);
  const umask = process.umask();
  for (const name of names) {
    const info = await lstat(join(directory, name));
    assert.ok(info.isFile());
    assert.equal(info.mode & 0o7777, (name === 'run' ? 0o755 : 0o644) & ~umask);
    assert.ok(info.mtimeMs > Date.UTC(2000, 0));
    if (name !== 'run') assert.equal(await readFile(join(directory, name), 'utf8'), 'weights');
  }
  assert.equal((await download(`file://${source}/m.tar`, directory)).reused, true);

  // What comes later replaces names; it never writes into the content of others.
  await writeFile(join(source, 'm.tar'), tarArchive([{ name: 'hard', content: 'new' }, ...entries.slice(0, 3)]));
  await download(`file://${source}/m.tar`, directory);
  assert.equal(await readFile(join(directory, 'hard'), 'utf8'), 'new');
  assert.equal(await readFile(join(directory, 'v1', 'model'), 'utf8'), 'weights');
  assert.deepEqual(await readdir(directory), [MANIFEST_NAME, 'blobs', 'hard', 'run', 'v1']);
});

test('nothing is extracted behind a link in the target that leads out of it', async (t) => {
  const [source, outside, directory] = [
    await temporaryDirectory(t),
    await temporaryDirectory(t),
    await temporaryDirectory(t),
  ];
  await writeFile(join(source, 'm.zip'), zipArchive([{ name: 'sub/x', content: 'x' }]));
  await symlink(outside, join(directory, 'sub'));
  await assert.rejects(download(`file://${source}/m.zip`, directory), failsWith('UnsafeName', /leads out of/));
  assert.deepEqual(await filesOf(outside), []);
  assert.deepEqual(await filesOf(directory), []);
});

test('stopped while it is extracted, it goes on without fetching again', async (t) => {
  const archive = zstdCompressSync(tarArchive([{ name: 'model', content: MODEL }]));
  const { settings } = await startPair(t, { 'b/m.tar.zst': archive });
  const directory = await temporaryDirectory(t);
  const stop = new AbortController();
  let left = archive.length;
  const onEvent = (event: DownloadEvent) => {
    if (event.type === 'progress') left -= event.bytes;
    if (left === 0) stop.abort(new Error('enough'));
  };
  const options = { ...settings, parallel: 1 };
  const stopped = download('s3://b/m.tar.zst', directory, { ...options, signal: stop.signal, onEvent });
  await assert.rejects(stopped, failsWith('Aborted', /enough/));
  assert.deepEqual(await filesOf(directory), []);
  const report = await download('s3://b/m.tar.zst', directory, options);
  assert.ok(report.fetchedBytes <= 100_000, `${report.fetchedBytes} bytes came again`);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'model']);
  assert.ok((await stat(join(directory, 'model'))).size === MODEL.length);
});

test('what an interrupted extraction had named, and the next version does not have, goes', async (t) => {
  const source = await temporaryDirectory(t);
  const directory = await temporaryDirectory(t);
  await writeFile(
    join(source, 'm.tar'),
    tarArchive([
      { name: 'a', content: '1' },
      { name: 'z/x', content: '1' },
    ]),
  );
  await mkdir(join(directory, 'z', 'x'), { recursive: true }); // the second name cannot be placed
  await assert.rejects(download(`file://${source}/m.tar`, directory), failsWith('TargetNotWritable', /EISDIR/));
  await writeFile(join(source, 'm.tar'), tarArchive([{ name: 'b', content: '2' }]));
  await download(`file://${source}/m.tar`, directory);
  assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, 'b']);
});
