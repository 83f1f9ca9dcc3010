import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { failsWith } from '../test-support/expect.ts';
import { tarArchive } from '../test-support/tar-writer.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';
import { zipArchive } from '../test-support/zip-writer.ts';
import { archiveEntries } from './archive-entries.ts';
import type { ArchiveFormat } from './format.ts';
import { createArchiveLimiter } from './limits.ts';
import { tarEntries } from './tar.ts';

const CONTENT = randomBytes(300_000);

async function read(t: Scope, archive: Buffer, format: ArchiveFormat): Promise<[string, string, string][]> {
  const path = join(await temporaryDirectory(t), 'archive');
  await writeFile(path, archive);
  const entries: [string, string, string][] = [];
  const options = { source: 'm', limiter: createArchiveLimiter('m'), signal: new AbortController().signal };
  for await (const { name, type, linkName, body } of archiveEntries(path, format, options)) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    entries.push([name, type, linkName ?? Buffer.concat(chunks).toString('hex')]);
  }
  return entries;
}

test('tar as it is, in gzip and zstd of several parts, and zip have the same entries', async (t) => {
  const long = `${'ä'.repeat(120)}/${'b'.repeat(200)}`;
  const tar = tarArchive([
    { name: './', typeFlag: '5' },
    { name: './model.bin', content: CONTENT },
    { name: 'short', content: 'x', pax: { path: long } },
    { name: './empty' },
    { name: 'link', typeFlag: '2', linkName: 'model.bin' },
  ]);
  const expected = [
    ['model.bin', 'file', CONTENT.toString('hex')],
    [long, 'file', '78'],
    ['empty', 'file', ''],
    ['link', 'symlink', 'model.bin'],
  ];
  const halves = [tar.subarray(0, 1000), tar.subarray(1000)];
  const skippable = Buffer.from('502a4d1803000000abcdef', 'hex');
  const packed = [
    tar,
    gzipSync(tar),
    Buffer.concat(halves.map((half) => gzipSync(half))),
    zstdCompressSync(tar),
    Buffer.concat([skippable, ...halves.flatMap((half) => [zstdCompressSync(half), skippable])]),
  ];
  for (const archive of packed) {
    assert.deepEqual(await read(t, archive, 'tar'), [['', 'directory', ''], ...expected]);
  }
  const zip = zipArchive([
    { name: 'model.bin', content: CONTENT },
    { name: long, content: 'x', method: 0 },
    { name: 'empty' },
    { name: 'link', content: 'model.bin', mode: 0o120777 },
  ]);
  assert.deepEqual(await read(t, zip, 'zip'), expected);
});

test('bodies that are not read are skipped; a layer needs no end marker', async () => {
  const tar = tarArchive(
    [
      { name: 'a', content: CONTENT },
      { name: 'b', content: 'b' },
    ],
    { end: false },
  );
  const options = { source: 'm', limiter: createArchiveLimiter('m'), signal: new AbortController().signal };
  async function* stream(): AsyncGenerator<Buffer> {
    for (let i = 0; i < tar.length; i += 700) yield tar.subarray(i, i + 700);
  }
  const names: string[] = [];
  for await (const { name } of tarEntries(stream(), { ...options, lenientEnd: true })) names.push(name);
  assert.deepEqual(names, ['a', 'b']);
  await assert.rejects(
    async () => {
      for await (const _ of tarEntries(stream(), options));
    },
    failsWith('ArchiveInvalid', /no end marker/),
  );
});
