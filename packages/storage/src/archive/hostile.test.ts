import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { download } from '../download.ts';
import type { StorageErrorCode } from '../errors.ts';
import type { DownloadOptions } from '../options.ts';
import { failsWith } from '../test-support/expect.ts';
import { type TarEntry, tarArchive } from '../test-support/tar-writer.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { type ZipEntry, zipArchive } from '../test-support/zip-writer.ts';

interface Hostile {
  what: string;
  archive: Buffer;
  /** Default `m.tar`. */
  name?: string;
  code: StorageErrorCode;
  message: RegExp;
  options?: DownloadOptions;
}

const GOOD: TarEntry = { name: 'good', content: 'good' };
/** GNU's header for a long name; `ä` as Latin-1 has it is no UTF-8. */
const LONG_NAME_IN_LATIN1: TarEntry = { name: 'x', typeFlag: 'L', content: Buffer.from([0xe4, 0]) };
const ZEROS = Buffer.alloc(4_000_000);
const SMALL_FLOOR: DownloadOptions = { archiveLimits: { ratioFloorBytes: 100_000 } };

function tar(...entries: TarEntry[]): Buffer {
  return tarArchive([GOOD, ...entries]);
}

function zip(...entries: ZipEntry[]): Buffer {
  return zipArchive([{ name: 'good', content: 'good' }, ...entries]);
}

function link(name: string, linkName: string, typeFlag = '2'): TarEntry {
  return { name, typeFlag, linkName };
}

function unsafe(what: string, message: RegExp, ...entries: TarEntry[]): Hostile {
  return { what, archive: tar(...entries), code: 'UnsafeName', message };
}

function damaged(what: string, name: string, archive: Buffer, message: RegExp): Hostile {
  return { what, name, archive, code: 'ArchiveInvalid', message };
}

/** Each fails with this error, and leaves nothing: not in the directory, not around it. */
const CASES: readonly Hostile[] = [
  unsafe('a path upwards', /entry "\.\.\/escaped" .*leads out/, { name: '../escaped', content: 'x' }),
  unsafe('a path upwards in the middle', /"a\/\.\.\/\.\.\/escaped" .*leads out/, { name: 'a/../../escaped' }),
  unsafe('a path upwards behind ./', /"\.\.\/escaped" .*leads out/, { name: './../escaped' }),
  unsafe('a path upwards in a pax header', /"\.\.\/escaped"/, { name: 'x', pax: { path: '../escaped' } }),
  unsafe('an absolute path', /"\/tmp\/escaped" .*absolute/, { name: '/tmp/escaped' }),
  unsafe('a drive letter', /"C:\/escaped" .*drive letter/, { name: 'C:/escaped' }),
  unsafe('a backslash', /"\.\.\\escaped" .*backslash/, { name: '..\\escaped' }),
  unsafe('a directory upwards', /"\.\."/, { name: '../', typeFlag: '5' }),
  unsafe('NUL in a pax header', /NUL/, { name: 'x', pax: { path: 'a\0b' } }),
  unsafe('a name that is not UTF-8', /not UTF-8/, LONG_NAME_IN_LATIN1, { name: 'y', content: 'z' }),
  unsafe('a "." segment', /"a\/\.\/b" .*"\." segment/, { name: 'a/./b' }),
  unsafe('a file called "."', /entry "" .*is empty/, { name: '.' }),
  unsafe('an empty segment', /"a\/\/b"/, { name: 'a//b' }),
  unsafe('a segment too long', /segment over 255 bytes/, { name: 'x', pax: { path: 'n'.repeat(256) } }),
  unsafe('a path too long', /longer than 4096 bytes/, { name: 'x', pax: { path: 'n/'.repeat(40_000) } }),
  unsafe('a name of ours', /"\.serval-manifest\.json" .*reserved/, { name: '.serval-manifest.json', content: '{}' }),
  unsafe('a folder of ours, in capitals', /reserved/, { name: '.SERVAL-download/journal.jsonl' }),
  unsafe('the same file twice', /"good" .*collides with file "good"/, GOOD),
  unsafe('the same file but for case', /"GOOD" .*collides/, { name: 'GOOD' }),
  unsafe('names that are one in NFC', /collides/, { name: 'caf\u00e9' }, { name: 'cafe\u0301' }),
  unsafe('a folder of the name of a file', /collides with file "good"/, { name: 'good/x' }),
  unsafe('folders that differ in case', /only in upper and lower case/, { name: 'a/x' }, { name: 'A/y' }),
  unsafe('a symbolic link outwards', /link "l" to "\.\.\/\.\.\/etc" .*leads out/, link('l', '../../etc')),
  unsafe('an absolute symbolic link', /link "l" to "\/etc\/passwd" .*absolute/, link('l', '/etc/passwd')),
  unsafe('writing through a link', /"l\/x" .*collides with file "l"/, link('l', '.'), { name: 'l/x', content: 'x' }),
  unsafe('writing through a link that leads out', /collides|leads out/, { name: 'l/x' }, link('l', '../..')),
  unsafe('replacing a link by a file', /"l" .*collides/, link('l', '/etc/passwd'), { name: 'l', content: 'x' }),
  unsafe(
    'a link through a link outwards',
    /link "b" .*leads out/,
    { name: 'e/f' },
    link('d/a', '../e'),
    link('b', 'd/a/../..'),
  ),
  unsafe('a link to what is not there', /link "l" .*does not have/, link('l', 'nothing')),
  unsafe('a link through a file', /link "l" .*through the file "good"/, link('l', 'good/../good')),
  unsafe('links in a circle', /in a circle/, link('a', 'b'), link('b', 'a')),
  unsafe('a link above itself', /above itself/, { name: 'd/f' }, link('d/up', '..')),
  unsafe('links to each other’s folders', /above itself|circle/, link('a/x', '../b'), link('b/y', '../a')),
  unsafe('a hard link outwards', /hard link "h" .*leads out/, link('h', '../../etc/passwd', '1')),
  unsafe('an absolute hard link', /hard link "h" .*absolute/, link('h', '/etc/passwd', '1')),
  unsafe('a hard link to what is not there', /does not have/, link('h', 'nothing', '1')),
  unsafe('a hard link through a link', /leads out/, link('l', '..'), link('h', 'l/x', '1')),
  unsafe('a character device', /"d" .*character-device/, { name: 'd', typeFlag: '3' }),
  unsafe('a block device', /"d" .*block-device/, { name: 'd', typeFlag: '4' }),
  unsafe('a fifo', /"d" .*fifo/, { name: 'd', typeFlag: '6' }),
  unsafe('a kind that nobody knows', /"d" .*other/, { name: 'd', typeFlag: 'Q' }),

  damaged('a sparse file of GNU', 'm.tar', tar({ name: 's', typeFlag: 'S' }), /"s" .*sparse/),
  damaged('a sparse file in pax', 'm.tar', tar({ name: 's', pax: { 'GNU.sparse.major': '1' } }), /sparse/),
  damaged('a second volume', 'm.tar', tar({ name: 's', typeFlag: 'M' }), /another volume/),
  damaged('an empty file', 'm.tar', Buffer.alloc(0), /is empty/),
  damaged('an archive without files', 'm.tar', tarArchive([{ name: 'd/', typeFlag: '5' }]), /no file in it/),
  damaged('nothing but zeros', 'm.tar', Buffer.alloc(10_240), /no file in it/),
  damaged('text', 'm.tar', Buffer.from('<html>'.repeat(200)), /checksum|no number/),
  damaged('a cut header', 'm.tar', tar().subarray(0, 700), /middle of a|cut/),
  damaged('a cut file', 'm.tar', tar({ name: 'x', content: ZEROS }).subarray(0, 3000), /middle of a file/),
  damaged('no end', 'm.tar', tarArchive([GOOD], { end: false }), /no end marker/),
  damaged('two archives in one', 'm.tar', Buffer.concat([tar(), tar()]), /behind its end marker/),
  damaged('a size without end', 'm.tar', tar({ name: 'x', sizeBytes: 8 ** 11 - 1 }), /middle of a file/),
  damaged('a pax size without end', 'm.tar', tar({ name: 'x', pax: { size: '9'.repeat(30) } }), /size is no number/),
  damaged('a malformed pax header', 'm.tar', tar({ name: 'x', typeFlag: 'x', content: '99 path=x\n' }), /malformed/),
  damaged('a huge pax header', 'm.tar', tar({ name: 'x', typeFlag: 'x', sizeBytes: 2 ** 30 }), /of 1073741824 bytes/),
  damaged('cut gzip', 'm.tgz', gzipSync(tar()).subarray(0, -10), /ends before|damaged/),
  damaged('gzip with a wrong sum', 'm.tgz', flipped(gzipSync(tar()), -6), /damaged compressed data/),
  damaged(
    'gzip with something behind',
    'm.tgz',
    Buffer.concat([gzipSync(tar()), Buffer.from('rest')]),
    /damaged|behind/,
  ),
  damaged('cut zstd', 'm.tar.zst', zstdCompressSync(tar()).subarray(0, -10), /middle of a zstd frame/),
  damaged(
    'zstd with something behind',
    'm.tar.zst',
    Buffer.concat([zstdCompressSync(tar()), Buffer.from('rest')]),
    /no zstd frame/,
  ),
  damaged('bzip2', 'm.tar.bz2', Buffer.from('BZh91AY&SY'), /compressed with bzip2/),
  damaged('xz', 'm.tar.xz', Buffer.from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj', 'base64'), /compressed with xz/),
  damaged('a zip called tar', 'm.tar.gz', zip(), /is a zip archive/),
  damaged('a tar called zip', 'm.zip', tar(), /is none/),
  damaged('a page called zip', 'm.zip', Buffer.from('<html>sign in</html>'), /is none/),

  damaged('a cut zip', 'm.zip', zip({ name: 'x', content: ZEROS }).subarray(0, -30), /cannot be read/),
  damaged('a zip with a wrong sum', 'm.zip', zip({ name: 'x', content: 'x', crc: 1 }), /"x" whose CRC-32 is wrong/),
  damaged(
    'a zip that lies about sizes',
    'm.zip',
    zip({ name: 'x', content: ZEROS, sizeBytes: 10 }),
    /"x" of another size than the 10 bytes/,
  ),
  damaged('an encrypted zip', 'm.zip', zip({ name: 'x', content: 'x', flags: 0x801 }), /"x" .*is encrypted/),
  damaged('an unknown method', 'm.zip', zip({ name: 'x', content: 'x', method: 14 }), /"x" .*compression method 14/),
  damaged('a zip on several disks', 'm.zip', zipArchive([{ name: 'x' }], { disk: 1 }), /multi-disk/),
  damaged('an empty zip', 'm.zip', zipArchive([]), /no file in it/),
  ...['../escaped', '/escaped', 'a/../../escaped', '..\\escaped', 'C:\\escaped', '.serval-x', 'good', 'a//b'].map(
    (name): Hostile => ({
      what: `a zip with ${name}`,
      name: 'm.zip',
      archive: zip({ name, content: 'x' }),
      code: 'UnsafeName',
      message: /entry ".*" of /,
    }),
  ),
  {
    what: 'a zip with a link outwards',
    name: 'm.zip',
    archive: zip({ name: 'l', content: '../../etc/passwd', mode: 0o120777 }),
    code: 'UnsafeName',
    message: /symbolic link "l" .*leads out/,
  },
  {
    what: 'a zip with a device',
    name: 'm.zip',
    archive: zip({ name: 'd', mode: 0o020666 }),
    code: 'UnsafeName',
    message: /"d" .*character-device/,
  },

  {
    what: 'a gzip bomb',
    name: 'm.tar.gz',
    archive: gzipSync(tar({ name: 'x', content: ZEROS })),
    options: SMALL_FLOOR,
    code: 'LimitExceeded',
    message: /more than 200 times its size/,
  },
  {
    what: 'a zstd bomb',
    name: 'm.tar.zst',
    archive: zstdCompressSync(tar({ name: 'x', content: ZEROS })),
    options: SMALL_FLOOR,
    code: 'LimitExceeded',
    message: /more than 200 times its size/,
  },
  {
    what: 'a bomb behind the end marker',
    name: 'm.tar.gz',
    archive: gzipSync(Buffer.concat([tar(), ZEROS])),
    options: SMALL_FLOOR,
    code: 'LimitExceeded',
    message: /more than 200 times its size/,
  },
  {
    what: 'a zip bomb, before a byte of it is expanded',
    name: 'm.zip',
    archive: zip({ name: 'x', content: ZEROS }),
    options: SMALL_FLOOR,
    code: 'LimitExceeded',
    message: /more than 200 times its size/,
  },
  {
    what: 'more bytes than allowed',
    archive: tar({ name: 'x', content: ZEROS }),
    options: { archiveLimits: { maxBytes: 1_000_000 } },
    code: 'LimitExceeded',
    message: /more than 1000000 bytes/,
  },
  {
    what: 'more entries than allowed',
    archive: tar(...Array.from({ length: 10 }, (_, i) => ({ name: `d${i}/`, typeFlag: '5' }))),
    options: { environment: { SERVAL_STORAGE_MAX_ENTRIES: '5' } },
    code: 'LimitExceeded',
    message: /more than 5 entries/,
  },
  {
    what: 'links that multiply',
    archive: tar(
      ...Array.from({ length: 20 }, (_, i) => [
        link(`d${i}/a`, `../d${i + 1}`),
        link(`d${i}/b`, `../d${i + 1}`),
      ]).flat(),
      { name: 'd20/f' },
    ),
    code: 'LimitExceeded',
    message: /more than 100000 entries/,
  },
  {
    what: 'more than the disk has',
    name: 'm.tar.gz',
    archive: gzipSync(tar({ name: 'x', content: ZEROS })),
    options: { freeBytes: async () => 1_000_000 },
    code: 'NoSpace',
    message: /more than the 1000000 bytes that are free/,
  },
];

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length + at]! ^= 0xff;
  return copy;
}

for (const { what, archive, name = 'm.tar', code, message, options } of CASES) {
  test(`hostile: ${what}`, async (t) => {
    const [source, above] = [await temporaryDirectory(t), await temporaryDirectory(t)];
    await writeFile(join(source, name), archive);
    const directory = join(above, 'deep', 'model');
    await mkdir(directory, { recursive: true });
    await assert.rejects(download(`file://${source}/${name}`, directory, options), failsWith(code, message));
    assert.deepEqual(await readdir(directory), []);
    assert.deepEqual([await readdir(above), await readdir(join(above, 'deep'))], [['deep'], ['model']]);
  });
}
