import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '@serval/kube/client';
import { temporaryDirectory } from '../testing.ts';
import { createLineSplitter, parseLogLine, partLimitBytes } from './line.ts';
import { type LogOptions, lastLogText, logExists, readLog } from './reader.ts';
import { createLogWriter, type LogWriter } from './writer.ts';

async function textOf(path: string, options: LogOptions = {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readLog(path, options, undefined, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('lines are cut at line feeds wherever chunks end, and long ones into parts', () => {
  const splitter = createLineSplitter();
  const texts = (lines: { text: Buffer; partial: boolean }[]) =>
    lines.map(({ text, partial }) => [text.toString(), partial]);
  assert.deepEqual(texts(splitter.push(Buffer.from('a\nb'))), [['a', false]]);
  assert.deepEqual(texts(splitter.push(Buffer.from('c\n\n'))), [
    ['bc', false],
    ['', false],
  ]);
  const long = splitter.push(Buffer.alloc(partLimitBytes * 2 + 1, 'x'));
  assert.deepEqual(
    long.map(({ text, partial }) => [text.length, partial]),
    [
      [partLimitBytes, true],
      [partLimitBytes, true],
    ],
  );
  assert.deepEqual(texts(splitter.end()), [['x', false]]);
});

test('a log that cannot be written does not hold up the program, and is told at its end', async (t) => {
  const writer = await createLogWriter('/dev/full', systemClock).catch(() => undefined);
  if (!writer) return t.skip('this system has no /dev/full');
  const source = new PassThrough();
  const copied = assert.rejects(writer.copy('stdout', source), { code: 'ENOSPC' });
  for (let n = 0; n < 100; n += 1) if (!source.write(`${'x'.repeat(1024)}\n`)) await once(source, 'drain');
  source.end();
  await copied;
  await writer.close();
});

test('a log that is put aside all the time is there at any moment', async (t) => {
  const path = join(await temporaryDirectory(t), '0.log');
  const writer = await createLogWriter(path, systemClock, 200);
  const source = new PassThrough();
  const copied = writer.copy('stdout', source);
  const appended = once(writerAppends(writer), 'append');
  source.write('first\n');
  await appended;
  const ending = setInterval(() => source.write(`${'x'.repeat(100)}\n`), 0);
  for (let n = 0; n < 100; n += 1) {
    assert.ok(await logExists(path));
    assert.match(await textOf(path), /(first|x{100})\n$/);
  }
  clearInterval(ending);
  source.end();
  await copied;
  await writer.close();
});

function writerAppends(writer: LogWriter): EventEmitter {
  const emitter = new EventEmitter();
  writer.onAppend(() => emitter.emit('append'));
  return emitter;
}

test('what was written is read back: whole, tailed, stamped, limited, since', async (t) => {
  const path = join(await temporaryDirectory(t), '0.log');
  const writer = await createLogWriter(path, systemClock);
  const source = new PassThrough();
  const copying = writer.copy('stdout', source);
  source.write(`one\ntwo\n${'x'.repeat(partLimitBytes + 5)}\n`);
  source.end('four');
  await copying;
  await writer.close();
  assert.equal(await textOf(path), `one\ntwo\n${'x'.repeat(partLimitBytes + 5)}\nfour\n`);
  assert.equal(await textOf(path, { tailLines: 1 }), 'four\n');
  assert.equal(await textOf(path, { tailLines: 0 }), '');
  assert.equal(await textOf(path, { tailLines: 2 }), `${'x'.repeat(partLimitBytes + 5)}\nfour\n`);
  assert.equal(await textOf(path, { limitBytes: 5 }), 'one\nt');
  assert.match(await textOf(path, { timestamps: true, tailLines: 1 }), /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z four\n$/);
  assert.equal(await textOf(path, { sinceTime: '2999-01-01T00:00:00.000Z' }), '');
  assert.equal(await lastLogText(path, 80, 8, new AbortController().signal), 'xxx\nfour\n'.slice(1));
  await appendFile(path, '2026-01-01T00:00:00.000000000Z std');
  assert.equal(await textOf(path, { tailLines: 1 }), 'four\n', 'a line that a crash cut off is left out');
});

test('a big log is put aside once, and both files are read as one', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, '0.log');
  const writer = await createLogWriter(path, systemClock, 200);
  const source = new PassThrough();
  const copying = writer.copy('stderr', source);
  for (let n = 0; n < 20; n += 1) {
    const appended = once(writerAppends(writer), 'append');
    source.write(`line ${n}\n`);
    await appended;
  }
  source.end();
  await copying;
  await writer.close();
  assert.deepEqual((await readdir(directory)).sort(), ['0.log', '0.log.1']);
  const lines = (await textOf(path)).trimEnd().split('\n');
  assert.ok(lines.length >= 3 && lines.length < 20);
  assert.equal(lines.at(-1), 'line 19');
  assert.deepEqual(
    lines,
    lines.map((_, index) => `line ${20 - lines.length + index}`),
  );
});

test('a follower gets what is added, over a rotation, until the log is closed', async (t) => {
  const path = join(await temporaryDirectory(t), '0.log');
  const writer = await createLogWriter(path, systemClock, 100);
  const source = new PassThrough();
  const copying = writer.copy('stdout', source);
  const follow = readLog(path, { follow: true }, writer, new AbortController().signal);
  for (let n = 0; n < 6; n += 1) {
    source.write(`line ${n}\n`);
    assert.equal((await follow.next()).value?.toString(), `line ${n}\n`);
  }
  source.end();
  await copying;
  await writer.close();
  assert.equal((await follow.next()).done, true);
});

test('a follower that goes away is let go', async (t) => {
  const path = join(await temporaryDirectory(t), '0.log');
  const writer = await createLogWriter(path, systemClock);
  const gone = new AbortController();
  const follow = readLog(path, { follow: true }, writer, gone.signal);
  const next = follow.next();
  gone.abort();
  assert.equal((await next).done, true);
  await writer.close();
});

test('what is no log line is not taken for one', () => {
  assert.equal(parseLogLine(Buffer.from('hello world')), undefined);
  assert.equal(parseLogLine(Buffer.from('2026-01-01T00:00:00Z stdout F '))?.text.toString(), '');
});
