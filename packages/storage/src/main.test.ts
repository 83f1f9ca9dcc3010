import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { filesOf } from './test-support/expect.ts';
import { startFaultProxy } from './test-support/fault-proxy.ts';
import { KEYS, startS3 } from './test-support/s3-server.ts';
import { temporaryDirectory } from './test-support/temporary-directory.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/serval-storage.js', import.meta.url));

function start(
  args: readonly string[],
  environment: Record<string, string> = {},
  through: readonly string[] = [],
): ChildProcess {
  const [command, ...rest] = [...through, process.execPath, EXECUTABLE, ...args];
  return spawn(command!, rest, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null; lines: string[] }> {
  const chunks: Buffer[] = [];
  child.stderr!.on('data', (chunk) => chunks.push(chunk));
  const [code, signal] = await once(child, 'close');
  return { code, signal, lines: Buffer.concat(chunks).toString().trim().split('\n') };
}

test('pairs of URI and directory, as KServe passes them', async (t) => {
  const source = await temporaryDirectory(t);
  await mkdir(join(source, 'one'));
  await writeFile(join(source, 'one', 'a'), 'a');
  await writeFile(join(source, 'two'), 'b');
  const target = await temporaryDirectory(t);
  const args = [`file://${source}/one`, join(target, 'x'), `file://${source}/two`, join(target, 'y', 'z')];
  const { code, lines } = await ended(start(args));
  assert.equal(code, 0, lines.join('\n'));
  assert.deepEqual(await filesOf(join(target, 'x')), ['a']);
  assert.deepEqual(await filesOf(join(target, 'y')), ['z/.serval-manifest.json', 'z/two']);
});

test('exit codes tell the kind of failure, the last line and the termination log what it was', async (t) => {
  const target = await temporaryDirectory(t);
  const log = join(target, 'termination-log');
  const cases: [string[], number, RegExp][] = [
    [['one'], 2, /^serval-storage: InvalidArgument: expected pairs/],
    [['file:///a', target, 'file:///b', target], 2, /is given twice/],
    [['weird://x', target], 2, /^serval-storage: UnsupportedScheme: no provider takes "weird:\/\/x"/],
    [[`file://${target}/missing`, join(target, 'd')], 3, /^serval-storage: ObjectNotFound: no file or directory/],
    [[`file://${EXECUTABLE}`, join(log, 'below')], 7, /^serval-storage: TargetNotWritable: /],
  ];
  for (const [args, expected, pattern] of cases) {
    await writeFile(log, '');
    const { code, lines } = await ended(start(args, { SERVAL_TERMINATION_LOG: log }));
    assert.equal(code, expected, lines.join('\n'));
    assert.match(lines.at(-1)!, pattern);
    assert.equal(await readFile(log, 'utf8'), `${lines.at(-1)}\n`);
  }
});

test('it ends by telling the revision of what it brought, and tells the same when it finds all of it there', async (t) => {
  const target = await temporaryDirectory(t);
  const log = join(target, 'termination-log');
  const secret = 'sentinel-6f1c';
  const s3 = await startS3(t, { 'b/m/model.bin': 'model' }, { keys: { ...KEYS, secretAccessKey: secret } });
  const told: string[] = [];
  for (const _ of ['first', 'again']) {
    await writeFile(log, '');
    const environment = { ...s3.environment, AWS_SECRET_ACCESS_KEY: secret, SERVAL_TERMINATION_LOG: log };
    const { code, lines } = await ended(start(['s3://b/m', join(target, 'm')], environment));
    assert.equal(code, 0, lines.join('\n'));
    told.push(await readFile(log, 'utf8'));
    assert.ok(!lines.join('\n').includes(secret));
  }
  assert.match(told[0]!, /^\{"modelRevision":"sha256:[0-9a-f]{64}"\}\n$/);
  assert.equal(told[1], told[0]);

  // A folder tells no SHA-256, so it is computed where somebody asks.
  const source = await temporaryDirectory(t);
  await writeFile(join(source, 'model.bin'), 'model');
  for (const [asked, expected] of [[{}, ''] as const, [{ SERVAL_STORAGE_REVISION: 'computed' }, told[0]] as const]) {
    await writeFile(log, '');
    await ended(start([`file://${source}`, join(target, 'n')], { ...asked, SERVAL_TERMINATION_LOG: log }));
    assert.equal(await readFile(log, 'utf8'), expected);
  }
});

test('whether a URI can be read is looked at without keeping anything', async (t) => {
  const target = await temporaryDirectory(t);
  const log = join(target, 'termination-log');
  const s3 = await startS3(t, { 'b/m/empty': '', 'b/m/model.bin': randomBytes(100_000) }, { keys: KEYS });
  const environment = { ...s3.environment, SERVAL_TERMINATION_LOG: log };
  const check = (uri: string, more = {}) =>
    ended(start(['--check', uri, join(target, 'm')], { ...environment, ...more }));
  const { code, lines } = await check('s3://b/m');
  assert.equal(code, 0, lines.join('\n'));
  assert.match(lines.at(-1)!, /^serval-storage: s3:\/\/b\/m can be read: 2 files$/);
  assert.ok(s3.requests.includes('GET /b/m/model.bin bytes=0-0'), s3.requests.join('\n'));

  assert.equal((await check('s3://b/none')).code, 3);
  const refused = await check('s3://b/m', { AWS_SECRET_ACCESS_KEY: 'sentinel-77ab' });
  assert.equal(refused.code, 4);
  assert.match(await readFile(log, 'utf8'), /^serval-storage: AccessDenied: /);
  assert.doesNotMatch(`${refused.lines} ${await readFile(log, 'utf8')}`, /sentinel/);
  assert.deepEqual(await filesOf(target, true), ['termination-log']);
});

test('killed in the middle, it goes on where it was and ends with the right bytes', async (t) => {
  const model = randomBytes(3_000_000);
  const segmentBytes = 200_000;
  const s3 = await startS3(t, { 'b/m/model.bin': model, 'b/m/small': 'small' }, { keys: KEYS, multipart: true });
  const proxy = await startFaultProxy(t, s3.url);
  const target = await temporaryDirectory(t);
  const environment = {
    ...s3.environment,
    AWS_ENDPOINT_URL: proxy.url,
    SERVAL_STORAGE_SEGMENT_BYTES: String(segmentBytes),
    SERVAL_STORAGE_PARALLEL: '2',
  };
  for (const killAt of [3, 4, 5]) {
    const reached = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    // From this request on answers wait, so that the process is surely in the middle.
    proxy.faults = [
      ...Array.from({ length: killAt }, () => ({ kind: 'pass' }) as const),
      ...Array.from({ length: 40 }, () => ({ kind: 'hold', until: never.promise }) as const),
    ];
    let count = 0;
    proxy.beforeData = () => {
      count++;
      if (count > killAt + 1) reached.resolve();
    };
    const child = start(['s3://b/m', target], environment);
    const end = ended(child);
    await reached.promise;
    child.kill('SIGKILL');
    assert.equal((await end).signal, 'SIGKILL');
    never.resolve();
    assert.ok(!(await filesOf(target)).includes('model.bin'));
    assert.ok(!(await filesOf(target, true)).includes('.serval-manifest.json'));
  }
  proxy.faults = [];
  let requests = 0;
  proxy.beforeData = () => requests++;
  const { code, lines } = await ended(start(['s3://b/m', target], environment));
  assert.equal(code, 0, lines.join('\n'));
  assert.deepEqual(await readFile(join(target, 'model.bin')), model);
  assert.deepEqual(await filesOf(target, true), ['.serval-manifest.json', 'model.bin', 'small']);
  assert.ok(requests < Math.ceil(model.length / segmentBytes), `${requests} requests: nothing was gone on with`);
});

test('SIGTERM stops it cleanly', async (t) => {
  const s3 = await startS3(t, { 'b/m/model.bin': 'model' }, { keys: KEYS });
  const proxy = await startFaultProxy(t, s3.url);
  const reached = Promise.withResolvers<void>();
  proxy.faults = [{ kind: 'stall', afterBytes: 1 }];
  proxy.beforeData = () => reached.resolve();
  const target = await temporaryDirectory(t);
  const child = start(['s3://b/m', target], { ...s3.environment, AWS_ENDPOINT_URL: proxy.url });
  const end = ended(child);
  await reached.promise;
  await sleep(50);
  child.kill('SIGTERM');
  const { code, lines } = await end;
  assert.equal(code, 143);
  assert.match(lines.at(-1)!, /^serval-storage: Aborted: stopped before the end: received SIGTERM/);
  assert.deepEqual(await filesOf(target), []);
});

test('no room while writing: an error that says so, and nothing stays', {
  skip: process.platform === 'win32',
}, async (t) => {
  const s3 = await startS3(t, { 'b/m/model.bin': randomBytes(2_000_000) }, { keys: KEYS });
  const target = await temporaryDirectory(t);
  // The shell's limit on file sizes stands for a full disk: writes fail the same way, in the middle.
  const limited = ['sh', '-c', 'ulimit -f 200; exec "$@"', 'sh'];
  const { code, lines } = await ended(
    start(['s3://b/m', target], { ...s3.environment, NODE_DISABLE_COMPILE_CACHE: '1' }, limited),
  );
  assert.equal(code, 7, lines.join('\n'));
  assert.match(lines.at(-1)!, /^serval-storage: NoSpace: file size limit reached in .*; 2000000 bytes/);
  assert.deepEqual(await filesOf(target, true), []);
});
