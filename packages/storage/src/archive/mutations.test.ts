import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { StorageError } from '../errors.ts';
import { checkNames } from '../names.ts';
import { tarArchive } from '../test-support/tar-writer.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';
import { zipArchive } from '../test-support/zip-writer.ts';
import { archiveEntries } from './archive-entries.ts';
import { extractEntries } from './extract.ts';
import type { ArchiveFormat } from './format.ts';
import { DEFAULT_ARCHIVE_LIMITS } from './limits.ts';

const CODES = ['ArchiveInvalid', 'UnsafeName', 'LimitExceeded', 'NoSpace'];

const FILES = [
  { name: 'config.json', content: '{"layers": 3}' },
  { name: 'a/model.bin', content: randomBytes(3000) },
  { name: 'a/zeros', content: Buffer.alloc(5000) },
  { name: 'empty', content: '' },
];

const TAR = tarArchive([...FILES, { name: 'l', typeFlag: '2', linkName: 'a/model.bin' }]);

/** What is checked by a sum of the format must be right; of plain tar only headers are. */
const ARCHIVES: { what: string; archive: Buffer; format: ArchiveFormat; names: boolean; contents: boolean }[] = [
  { what: 'tar', archive: TAR, format: 'tar', names: false, contents: false },
  { what: 'tar.gz', archive: gzipSync(TAR), format: 'tar', names: true, contents: true },
  {
    what: 'tar.zst',
    archive: zstdCompressSync(TAR, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    format: 'tar',
    names: true,
    contents: true,
  },
  { what: 'zip', archive: zipArchive(FILES), format: 'zip', names: false, contents: true },
];

type Mutation = (bytes: Buffer) => Buffer;

const MUTATION: fc.Arbitrary<Mutation> = fc
  .record({
    kind: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'remove', 'repeat', 'insert'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(512, 1024)),
    mask: fc.integer({ min: 1, max: 255 }),
  })
  .map(({ kind, at, length, mask }) => (bytes) => {
    const position = Math.floor(at * Math.max(0, bytes.length - 1));
    const [before, after] = [bytes.subarray(0, position), bytes.subarray(position)];
    switch (kind) {
      case 'cut':
        return before;
      case 'remove':
        return Buffer.concat([before, after.subarray(length)]);
      case 'repeat':
        return Buffer.concat([before, after.subarray(0, length), after]);
      case 'insert':
        return Buffer.concat([before, Buffer.alloc(length, mask), after]);
      default: {
        const copy = Buffer.from(bytes);
        if (copy.length > 0) copy[position]! ^= mask;
        return copy;
      }
    }
  });

for (const { what, archive, format, names, contents } of ARCHIVES) {
  test(`thousands of broken archives: ${what} comes out right or not at all`, async (t) => {
    const root = await temporaryDirectory(t);
    const path = join(root, 'archive');
    const expected = new Map(FILES.map(({ name, content }) => [name, Buffer.from(content)]));
    if (format === 'tar') expected.set('l', expected.get('a/model.bin')!);
    const options = {
      root,
      source: 'm',
      limits: { ...DEFAULT_ARCHIVE_LIMITS, maxBytes: 10_000_000 },
      freeBytes: undefined,
      signal: new AbortController().signal,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(MUTATION, { minLength: 1, maxLength: 3 }), async (mutations) => {
        await writeFile(
          path,
          mutations.reduce((bytes, mutate) => mutate(bytes), archive),
        );
        try {
          const staged = await extractEntries((read) => archiveEntries(path, format, read), options);
          checkNames(staged.map(({ name }) => ({ name, source: 'm' })));
          if (names) assert.deepEqual(staged.map(({ name }) => name).sort(), [...expected.keys()].sort());
          if (contents) {
            assert.equal(staged.length, expected.size);
            for (const file of staged) {
              const content = await readFile(file.path);
              assert.ok([...expected.values()].some((known) => known.equals(content)));
              if (names) assert.ok(content.equals(expected.get(file.name)!));
            }
          }
        } catch (error) {
          assert.ok(error instanceof StorageError, String(error));
          assert.ok(CODES.includes(error.code), String(error));
          assert.deepEqual(await readdir(join(root, '.serval-download')), []);
        }
        assert.deepEqual((await readdir(root)).sort(), ['.serval-download', 'archive']);
      }),
      { numRuns: 700 },
    );
  });
}
