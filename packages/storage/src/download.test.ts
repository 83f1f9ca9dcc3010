import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { download } from './download.ts';
import type { DownloadEvent, DownloadOptions } from './options.ts';
import { openPartFile } from './part-file.ts';
import { WORK_DIRECTORY } from './target.ts';
import { failsWith, filesOf } from './test-support/expect.ts';
import { type Fault, startFaultProxy } from './test-support/fault-proxy.ts';
import { KEYS, type S3ServerOptions, startS3 } from './test-support/s3-server.ts';
import { type Scope, temporaryDirectory } from './test-support/temporary-directory.ts';

const MODEL = randomBytes(200_000);
const SEGMENT = 16_384;

async function startPair(
  scope: Scope,
  options: S3ServerOptions = {},
  objects: Record<string, Buffer | string> = { 'b/m/model.bin': MODEL },
) {
  const s3 = await startS3(scope, objects, { keys: KEYS, ...options });
  const proxy = await startFaultProxy(scope, s3.url);
  const events: DownloadEvent[] = [];
  const settings: DownloadOptions = {
    environment: { ...s3.environment, AWS_ENDPOINT_URL: proxy.url },
    retryBaseMs: 1,
    segmentBytes: SEGMENT,
    onEvent: (event) => events.push(event),
  };
  return { s3, proxy, events, settings };
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

test('a download cut after any number of bytes goes on and ends whole', async (t) => {
  const { proxy, settings } = await startPair(t);
  const cuts = fc.array(fc.nat(MODEL.length), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.boolean(), async (bytes, inOnePiece) => {
      proxy.faults = bytes.map((afterBytes) => ({ kind: 'cut', afterBytes }));
      const directory = await temporaryDirectory(t);
      await download('s3://b/m', directory, {
        ...settings,
        segmentBytes: inOnePiece ? MODEL.length : SEGMENT,
        retries: 20,
      });
      assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(MODEL));
    }),
    { numRuns: 20 },
  );
});

test('statuses that pass, resets, stalls and wrong lengths are retried', async (t) => {
  const { proxy, settings, events } = await startPair(t);
  const faults: Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'status', status: 408 },
    { kind: 'reset' },
    { kind: 'stall', afterBytes: 100 },
    { kind: 'length', by: 10 },
    { kind: 'length', by: -10 },
  ];
  proxy.faults = [...faults];
  proxy.listFaults = [{ kind: 'status', status: 503 }, { kind: 'reset' }];
  const directory = await temporaryDirectory(t);
  const report = await download('s3://b/m', directory, { ...settings, stallTimeoutMs: 300 });
  assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(MODEL));
  assert.equal(report.retries, events.filter(({ type }) => type === 'retry').length);
  assert.ok(report.retries >= faults.length, `${report.retries} retries`);
});

test('a damaged byte is found by its checksum and fetched again', async (t) => {
  const { proxy, settings } = await startPair(t);
  for (const segmentBytes of [SEGMENT, MODEL.length]) {
    proxy.faults = [{ kind: 'corrupt', at: 5 }];
    const directory = await temporaryDirectory(t);
    await download('s3://b/m', directory, { ...settings, segmentBytes });
    assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(MODEL));
  }
});

test('data that stays damaged never gets a final name', async (t) => {
  const { proxy, settings } = await startPair(t);
  proxy.faults = Array.from({ length: 20 }, () => ({ kind: 'corrupt', at: 5 }));
  const directory = await temporaryDirectory(t);
  const attempt = download('s3://b/m', directory, { ...settings, segmentBytes: MODEL.length });
  await assert.rejects(attempt, failsWith('ChecksumMismatch', /sha256 of s3:\/\/b\/m\/model.bin is [0-9a-f]{64}/));
  assert.deepEqual(await filesOf(directory), []);
});

test('an object that changes between two ranges is fetched anew, never mixed', async (t) => {
  const changed = randomBytes(MODEL.length);
  const { s3, proxy, settings } = await startPair(t, { multipart: true });
  proxy.beforeData = (count) => {
    if (count === 3) s3.objects.set('b/m/model.bin', changed);
  };
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, { ...settings, parallel: 1 });
  assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(changed));
});

test('an object that never rests ends in an error and no file', async (t) => {
  const { s3, proxy, settings } = await startPair(t);
  proxy.beforeData = () => s3.objects.set('b/m/model.bin', randomBytes(MODEL.length));
  const directory = await temporaryDirectory(t);
  await assert.rejects(
    download('s3://b/m', directory, settings),
    failsWith('SourceChanged', /changed during the download/),
  );
  assert.deepEqual(await filesOf(directory), []);
});

test('no retry where asking again cannot help', async (t) => {
  const { proxy, settings, events } = await startPair(t);
  proxy.faults = [{ kind: 'status', status: 403 }];
  const directory = await temporaryDirectory(t);
  await assert.rejects(download('s3://b/m', directory, { ...settings, parallel: 1 }), failsWith('AccessDenied', /403/));
  assert.ok(!events.some(({ type }) => type === 'retry'));
});

test('a complete directory fetches nothing; a changed source fetches what changed and removes what is gone', async (t) => {
  const { s3, settings } = await startPair(t, {}, { 'b/m/a': 'one', 'b/m/sub/b': 'two', 'b/m/c': 'three' });
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, settings);
  s3.requests.length = 0;
  const again = await download('s3://b/m', directory, settings);
  assert.equal(again.reused, true);
  assert.equal(again.fetchedBytes, 0);
  assert.ok(s3.requests.every((request) => request.includes('list-type=2')));
  s3.objects.set('b/m/a', Buffer.from('changed'));
  s3.objects.delete('b/m/sub/b');
  const third = await download('s3://b/m', directory, settings);
  assert.deepEqual([third.reused, third.reusedFiles, third.fetchedBytes], [false, 1, 7]);
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'a', 'c']);
  await writeFile(join(directory, 'c'), 'edited');
  assert.equal((await download('s3://b/m', directory, settings)).fetchedBytes, 5);
  assert.equal(await readFile(join(directory, 'c'), 'utf8'), 'three');
});

test('files that the source no longer has go also when the download before was stopped', async (t) => {
  const { s3, settings } = await startPair(t, {}, { 'b/m/a': 'one', 'b/m/gone': 'two' });
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, settings);
  s3.objects.delete('b/m/gone');
  s3.objects.set('b/m/a', MODEL);
  const stop = new AbortController();
  const onEvent = (event: DownloadEvent) => event.type === 'progress' && stop.abort();
  await assert.rejects(download('s3://b/m', directory, { ...settings, signal: stop.signal, onEvent }));
  assert.ok(!(await filesOf(directory, true)).includes('.serval-manifest.json'));
  await download('s3://b/m', directory, settings);
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'a']);
});

test('with the whole model there, a source that does not answer is no failure, but one that refuses is', async (t) => {
  const { s3, proxy, settings, events } = await startPair(t);
  const directory = await temporaryDirectory(t);
  await download('s3://b/m', directory, settings);
  // Three attempts of two listings each.
  proxy.listFaults = Array.from({ length: 6 }, () => ({ kind: 'reset' }));
  const report = await download('s3://b/m', directory, settings);
  assert.equal(report.reused, true);
  assert.match(
    events.map((event) => (event.type === 'warning' ? event.message : '')).join(''),
    /did not answer.*is used/,
  );
  proxy.listFaults = Array.from({ length: 20 }, () => ({ kind: 'reset' }));
  s3.objects.set('b/other/model.bin', MODEL);
  await assert.rejects(download('s3://b/other', directory, settings), failsWith('SourceUnavailable', /did not answer/));
  proxy.listFaults = Array.from({ length: 2 }, () => ({ kind: 'status', status: 403 }));
  await assert.rejects(download('s3://b/m', directory, settings), failsWith('AccessDenied', /403/));
});

test('stopping keeps what is done for the next time, under no final name', async (t) => {
  const { s3, settings } = await startPair(t);
  const directory = await temporaryDirectory(t);
  const stop = new AbortController();
  let bytes = 0;
  const stopped = download('s3://b/m', directory, {
    ...settings,
    parallel: 1,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'progress') bytes += event.bytes;
      if (bytes > MODEL.length / 2) stop.abort(new Error('enough'));
    },
  });
  await assert.rejects(stopped, failsWith('Aborted', /enough/));
  assert.deepEqual(await filesOf(directory), []);
  s3.requests.length = 0;
  const report = await download('s3://b/m', directory, settings);
  assert.ok(report.fetchedBytes < MODEL.length * 0.6, `${report.fetchedBytes} bytes came again`);
  assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(MODEL));
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'model.bin']);
});

test('a part of another version is not gone on with', async (t) => {
  const { s3, settings } = await startPair(t);
  const directory = await temporaryDirectory(t);
  const stop = new AbortController();
  const onEvent = (event: DownloadEvent) => event.type === 'progress' && stop.abort();
  await assert.rejects(download('s3://b/m', directory, { ...settings, signal: stop.signal, onEvent }));
  const changed = randomBytes(MODEL.length);
  s3.objects.set('b/m/model.bin', changed);
  await download('s3://b/m', directory, settings);
  assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(changed));
});

test('a part that was whole but not checked yet when the download was killed is checked', async (t) => {
  const { s3, events, settings } = await startPair(t);
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, WORK_DIRECTORY));
  const etag = `"${createHash('md5').update(MODEL).digest('hex')}"`;
  const digest = { algorithm: 'sha256', hex: sha256(MODEL) } as const;
  const file = { name: 'model.bin', source: 's3://b/m/model.bin', sizeBytes: MODEL.length, version: etag };
  const part = await openPartFile(directory, { ...file, rangeable: true, handle: undefined }, SEGMENT);
  for (const segment of part.pending) {
    const bytes = Buffer.from(MODEL.subarray(segment.start, segment.end));
    if (segment.index === 1) bytes[5]! ^= 0xff;
    await part.write(bytes, segment.start);
    await part.complete(segment, digest);
  }
  await part.close();
  await download('s3://b/m', directory, settings);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'retry' ? [event.error.code] : [])),
    ['ChecksumMismatch'], // of the part, before anything was asked for
  );
  assert.equal(s3.requests.filter((it) => it.startsWith('GET') && it.includes('bytes=')).length, part.pending.length);
  assert.equal(sha256(await readFile(join(directory, 'model.bin'))), sha256(MODEL));
});

test('too little room is said before the first byte', async (t) => {
  const { settings } = await startPair(t);
  const directory = await temporaryDirectory(t);
  const attempt = download('s3://b/m', directory, { ...settings, freeBytes: async () => 1000 });
  await assert.rejects(attempt, failsWith('NoSpace', /has 1000 bytes free, 200000 are needed/));
  assert.deepEqual(await filesOf(directory, true), []);
});

test('nothing is written behind a link in the target that leads out of it', async (t) => {
  const { settings } = await startPair(t, {}, { 'b/m/sub/x': 'data' });
  const [directory, outside] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  await symlink(outside, join(directory, 'sub'));
  await assert.rejects(download('s3://b/m', directory, settings), failsWith('UnsafeName', /leads out of/));
  assert.deepEqual(await filesOf(outside), []);
});

test('a target that is a file, or has a directory where a file must go, is named', async (t) => {
  const { settings } = await startPair(t);
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'file'), '');
  await assert.rejects(
    download('s3://b/m', join(directory, 'file'), settings),
    failsWith('TargetNotWritable', /file \(EEXIST\)/),
  );
  await mkdir(join(directory, 'model.bin'));
  await assert.rejects(download('s3://b/m', directory, settings), failsWith('TargetNotWritable', /EISDIR/));
});

test('names that meet on some file system, too many files and unknown schemes are refused', async (t) => {
  const { settings } = await startPair(
    t,
    {},
    { 'b/m/Readme': 'a', 'b/m/readme': 'b', 'b/n/a': 'file', 'b/n/a/b': 'below' },
  );
  const directory = await temporaryDirectory(t);
  await assert.rejects(
    download('s3://b/m', directory, settings),
    failsWith('UnsafeName', /"readme".*collides with file "Readme"/),
  );
  await assert.rejects(download('s3://b/n', directory, settings), failsWith('UnsafeName', /collides with file "a"/));
  await assert.rejects(
    download('s3://b/m', directory, { ...settings, maxFiles: 1 }),
    failsWith('TooManyFiles', /more than 1 files/),
  );
  await assert.rejects(download('ftp://b/m', directory), failsWith('UnsupportedScheme', /"ftp:\/\/b\/m"/));
  assert.deepEqual(await filesOf(directory, true), []);
});

test('what a kill after the manifest left is tidied up by the next call', async (t) => {
  const source = await temporaryDirectory(t);
  const directory = await temporaryDirectory(t);
  await writeFile(join(source, 'model'), 'data');
  await download(source, directory);
  await mkdir(join(directory, '.serval-download'));
  await writeFile(join(directory, '.serval-download', 'journal.jsonl'), '');
  assert.equal((await download(source, directory)).reused, true);
  assert.deepEqual(await filesOf(directory, true), ['.serval-manifest.json', 'model']);
});
