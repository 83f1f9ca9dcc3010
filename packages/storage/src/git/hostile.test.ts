import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { download } from '../download.ts';
import { StorageError, type StorageErrorCode } from '../errors.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import {
  commitContent,
  deltaOf,
  line,
  oidOf,
  type PackPart,
  packListener,
  sealed,
  treeContent,
  writePack,
} from '../test-support/git-packs.ts';
import { git, noGit, startGitServer } from '../test-support/git-server.ts';
import { startHttp } from '../test-support/http-server.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';

const BLOB = Buffer.from('content of a file, long enough to be copied from');
const BLOB_OID = oidOf('blob', BLOB);

/** Parts of a commit with one tree. */
function commitOf(tree: Buffer): { commit: string; parts: PackPart[] } {
  const content = commitContent(oidOf('tree', tree));
  const parts: PackPart[] = [
    { type: 'commit', content },
    { type: 'tree', content: tree },
  ];
  return { commit: oidOf('commit', content), parts };
}

async function serve(t: Scope, commit: string, pack: () => Buffer, ending?: string): Promise<string> {
  return `${await startHttp(t, packListener(commit, pack, ending))}/m.git`;
}

/** Fails as told, and leaves nothing behind. */
async function refused(
  t: Scope,
  url: string,
  code: StorageErrorCode,
  pattern: RegExp,
  environment: Record<string, string> = {},
): Promise<void> {
  const directory = await temporaryDirectory(t);
  await assert.rejects(download(url, directory, { retries: 0, environment }), failsWith(code, pattern));
  assert.deepEqual(await readdir(directory), [], 'something was left');
}

const { commit: COMMIT, parts: PARTS } = commitOf(treeContent(['100644', 'f', BLOB_OID]));
const SOUND = writePack([...PARTS, { type: 'blob', content: BLOB }]);

test('a pack that is written by hand is taken', async (t) => {
  const directory = await temporaryDirectory(t);
  await download(await serve(t, COMMIT, () => SOUND), directory, { retries: 0 });
  assert.deepEqual(await readFile(join(directory, 'f')), BLOB);
});

test('packs that are cut, changed, too long or no packs at all', async (t) => {
  for (const length of [0, 5, 12, 31, 32, 40, SOUND.length - 21, SOUND.length - 1]) {
    const url = await serve(t, COMMIT, () => SOUND.subarray(0, length));
    await refused(t, url, length < 32 ? 'SourceUnavailable' : 'ChecksumMismatch', /broke off|sha1 of the pack/);
    await refused(t, await serve(t, COMMIT, () => SOUND.subarray(0, length), ''), 'SourceUnavailable', /broke off/);
    const short = sealed(SOUND.subarray(0, Math.max(12, length)));
    if (length > 0 && length < SOUND.length - 20)
      await refused(t, await serve(t, COMMIT, () => short), 'SourceRejected', /not sound/);
  }
  const behind = writePack([...PARTS, { type: 'blob', content: BLOB }], { behind: randomBytes(9) });
  await refused(t, await serve(t, COMMIT, () => behind), 'SourceRejected', /9 bytes behind/);
  const more = writePack([...PARTS, { type: 'blob', content: BLOB }], { count: 4 });
  await refused(t, await serve(t, COMMIT, () => more), 'SourceRejected', /ends after 3 of 4/);
  await refused(
    t,
    await serve(t, COMMIT, () => sealed(Buffer.alloc(100))),
    'SourceRejected',
    /does not begin as a pack/,
  );
  await refused(
    t,
    await serve(t, COMMIT, () => writePack(PARTS)),
    'SourceRejected',
    new RegExp(`file "f" \\(${BLOB_OID}\\) did not come`),
  );
  for (const sizeBytes of [BLOB.length - 1, BLOB.length + 1, 5 * 1024 ** 2, 2 ** 60]) {
    const lying = writePack([...PARTS, { type: 'blob', content: BLOB, sizeBytes }]);
    await refused(t, await serve(t, COMMIT, () => lying), 'SourceRejected', /another size than it says|no object at/);
  }
});

test('names that are none, and modes that are none', async (t) => {
  const cases: [string, string | Buffer, StorageErrorCode, RegExp][] = [
    ['100644', '..', 'UnsafeName', /entry "\.\."/],
    ['100644', '.', 'UnsafeName', /entry "\."/],
    ['100644', '', 'UnsafeName', /entry ""/],
    ['100644', '/etc/passwd', 'UnsafeName', /contains a slash/],
    ['100644', 'a/../../b', 'UnsafeName', /contains a slash/],
    ['100644', '.git', 'UnsafeName', /reserved by Git/],
    ['100644', '.GiT', 'UnsafeName', /reserved by Git/],
    ['100644', 'a\\b', 'UnsafeName', /backslash/],
    ['100644', '.serval-manifest.json', 'UnsafeName', /reserved/],
    ['100644', Buffer.from([0xff, 0x61]), 'UnsafeName', /not UTF-8/],
    ['100644', 'x'.repeat(300), 'UnsafeName', /over 255 bytes/],
    ['60000', 'device', 'SourceRejected', /mode "60000"/],
    ['40000', 'folder', 'SourceRejected', /folder "folder" is a blob/],
  ];
  for (const [mode, name, code, pattern] of cases) {
    const { commit, parts } = commitOf(treeContent([mode, name, BLOB_OID]));
    await refused(
      t,
      await serve(t, commit, () => writePack([...parts, { type: 'blob', content: BLOB }])),
      code,
      pattern,
    );
  }
  const twice = commitOf(treeContent(['100644', 'F', BLOB_OID], ['100644', 'f', BLOB_OID]));
  const pack = writePack([...twice.parts, { type: 'blob', content: BLOB }]);
  await refused(t, await serve(t, twice.commit, () => pack), 'UnsafeName', /collides/);
});

test('few trees that are very many files, and folders without end', async (t) => {
  const parts: PackPart[] = [{ type: 'blob', content: BLOB }];
  let entry: [string, string] = ['100644', BLOB_OID];
  for (let level = 0; level < 12; level++) {
    const content = treeContent(
      ...Array.from({ length: 10 }, (_, n) => [entry[0], `${n}`, entry[1]] as [string, string, string]),
    );
    parts.push({ type: 'tree', content });
    entry = ['40000', oidOf('tree', content)];
  }
  const content = commitContent(entry[1]);
  const pack = writePack([...parts, { type: 'commit', content }]);
  const url = await serve(t, oidOf('commit', content), () => pack);
  await refused(t, url, 'LimitExceeded', /more entries than 1000 .*SERVAL_GIT_MAX_OBJECTS/, {
    SERVAL_GIT_MAX_OBJECTS: '1000',
  });
  await refused(t, url, 'LimitExceeded', /folders in each other, more than 5/, { SERVAL_GIT_MAX_TREE_DEPTH: '5' });
  await refused(t, url, 'LimitExceeded', /more objects than 10/, { SERVAL_GIT_MAX_OBJECTS: '10' });
  await refused(t, url, 'LimitExceeded', /more bytes than 100/, { SERVAL_GIT_MAX_PACK_BYTES: '100' });
  await refused(t, url, 'InvalidConfiguration', /SERVAL_GIT_MAX_OBJECTS is "many"/, { SERVAL_GIT_MAX_OBJECTS: 'many' });
});

test('deltas that lie, bite their own tail, or blow up', async (t) => {
  const size = BLOB.length;
  const lies: [Buffer, RegExp][] = [
    [deltaOf(size + 1, 1, Buffer.from('x')), /base of 49 bytes/],
    [deltaOf(size, 2, Buffer.from('x')), /fewer bytes/],
    [deltaOf(size, 1, Buffer.from('xy')), /more bytes/],
    [deltaOf(size, 10, [size - 5, 10]), /behind the end/],
    [deltaOf(size, 10, [2 ** 32 - 1, 10]), /behind the end/],
    [Buffer.concat([deltaOf(size, 1), Buffer.from([0])]), /reserved/],
    [Buffer.concat([deltaOf(size, 9), Buffer.from([9, 1])]), /inside an instruction/],
    [Buffer.alloc(0), /sizes/],
    [Buffer.alloc(30, 0xff), /size that cannot be/],
  ];
  for (const [delta, pattern] of lies) {
    const pack = writePack([...PARTS, { type: 'blob', content: BLOB }, { type: 'offset-delta', base: 2, delta }]);
    await refused(t, await serve(t, COMMIT, () => pack), 'SourceRejected', pattern);
  }
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
  const delta = deltaOf(size, size, [0, size]);
  for (const parts of [
    [{ type: 'ref-delta', base: a, delta }],
    [
      { type: 'ref-delta', base: b, delta },
      { type: 'ref-delta', base: a, delta },
    ],
  ] satisfies PackPart[][]) {
    await refused(
      t,
      await serve(t, COMMIT, () => writePack([...PARTS, ...parts])),
      'SourceRejected',
      /have no base|based on each other/,
    );
  }

  // Each delta doubles its base sixteen times over.
  const bomb: PackPart[] = [...PARTS, { type: 'blob', content: BLOB }];
  for (let bytes = size, base = 2; bytes < 2 ** 31; bytes *= 16, base++) {
    const copies = Array.from({ length: 16 }, () => [0, Math.min(bytes, 2 ** 24 - 1)] as [number, number]);
    bomb.push({
      type: 'offset-delta',
      base,
      delta: deltaOf(
        bytes,
        copies.reduce((sum, [, n]) => sum + n, 0),
        ...copies,
      ),
    });
    if (bytes > 2 ** 24) break;
  }
  await refused(t, await serve(t, COMMIT, () => writePack(bomb)), 'LimitExceeded', /SERVAL_GIT_MAX_DELTA_BYTES/, {
    SERVAL_GIT_MAX_DELTA_BYTES: '20000000',
  });
  const chain: PackPart[] = [...PARTS, { type: 'blob', content: BLOB }];
  for (let base = 2; base < 60; base++) {
    chain.push({
      type: 'offset-delta',
      base,
      delta: deltaOf(base === 2 ? size : base, base + 1, Buffer.alloc(base + 1, base)),
    });
  }
  await refused(t, await serve(t, COMMIT, () => writePack(chain)), 'LimitExceeded', /SERVAL_GIT_MAX_DELTA_DEPTH/, {
    SERVAL_GIT_MAX_DELTA_DEPTH: '20',
  });
});

test('large objects and deltas go over the disk, both kinds of base', async (t) => {
  const base = randomBytes(5 * 1024 ** 2);
  const result = Buffer.concat([base.subarray(1_000_000), Buffer.from('inserted'), base.subarray(0, 3_000_000)]);
  const steps = [
    [1_000_000, base.length - 1_000_000] as [number, number],
    Buffer.from('inserted'),
    [0, 3_000_000] as [number, number],
  ];
  const delta = deltaOf(base.length, result.length, ...steps);
  const small = deltaOf(result.length, 10, [5, 10]);
  const tree = treeContent(
    ['100644', 'base', oidOf('blob', base)],
    ['100644', 'result', oidOf('blob', result)],
    ['100644', 'small', oidOf('blob', result.subarray(5, 15))],
  );
  const { commit, parts } = commitOf(tree);
  for (const pack of [
    writePack([
      ...parts,
      { type: 'blob', content: base },
      { type: 'offset-delta', base: 2, delta },
      { type: 'offset-delta', base: 3, delta: small },
    ]),
    writePack([
      { type: 'ref-delta', base: oidOf('blob', result), delta: small },
      { type: 'ref-delta', base: oidOf('blob', base), delta },
      { type: 'blob', content: base },
      ...parts,
    ]),
  ]) {
    const directory = await temporaryDirectory(t);
    await download(await serve(t, commit, () => pack), directory, { retries: 0 });
    assert.deepEqual(await readFile(join(directory, 'base')), base);
    assert.deepEqual(await readFile(join(directory, 'result')), result);
    assert.deepEqual(await readFile(join(directory, 'small')), result.subarray(5, 15));
  }
});

test('a server that says no, or nonsense', async (t) => {
  const advertise = (text: Buffer, type = 'application/x-git-upload-pack-advertisement') =>
    startHttp(t, (_request, response) => response.writeHead(200, { 'content-type': type }).end(text));
  const refusal = Buffer.concat([line('ERR no such repository\n')]);
  await refused(t, `${await advertise(refusal)}/m.git`, 'ObjectNotFound', /refused: no such repository/);
  await refused(t, `${await advertise(Buffer.from('zzzz'))}/m.git`, 'SourceRejected', /not in Git's protocol/);
  await refused(t, `${await advertise(Buffer.from('fff9'))}/m.git`, 'SourceRejected', /not in Git's protocol/);
  await refused(t, `${await advertise(Buffer.from('0003'))}/m.git`, 'SourceRejected', /not in Git's protocol/);
  await refused(t, `${await advertise(Buffer.from('00'))}/m.git`, 'SourceUnavailable', /broke off/);
  await refused(t, `${await advertise(Buffer.from('<html>'), 'text/html')}/m.git`, 'SourceRejected', /"dumb" HTTP/);
  const sha256 = Buffer.concat([line('version 2\n'), line('object-format=sha256\n'), Buffer.from('0000')]);
  await refused(t, `${await advertise(sha256)}/m.git`, 'SourceRejected', /names its objects by sha256/);
  const error = Buffer.concat([line('packfile\n'), line(Buffer.from('\x03out of memory')), Buffer.from('0000')]);
  const listener = packListener(COMMIT, () => SOUND);
  const failing = await startHttp(t, (request, response) => {
    if (request.headers['content-length'] && Number(request.headers['content-length']) > 130) response.end(error);
    else listener(request, response);
  });
  await refused(t, `${failing}/m.git`, 'SourceRejected', /refused: out of memory/);
});

test('changed packs of Git bring an error or the right bytes', { skip: noGit }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('m');
  const { mkdir, writeFile } = await import('node:fs/promises');
  await mkdir(join(repository, 'd'));
  const text = Array.from({ length: 500 }, (_, n) => `line ${n * n}\n`);
  for (let n = 0; n < 6; n++)
    await writeFile(join(repository, n < 3 ? `f${n}` : `d/f${n}`), text.with(n * 50, `${n}\n`).join(''));
  await git(repository, 'add', '-A');
  await git(repository, 'commit', '-qm', 'c');
  await git(repository, 'gc', '-q', '--aggressive');
  const commit = await git(repository, 'rev-parse', 'HEAD');
  const [name] = (await readdir(join(repository, '.git/objects/pack'))).filter((each) => each.endsWith('.pack'));
  const real = await readFile(join(repository, '.git/objects/pack', name!));
  let pack: Buffer = real;
  const url = await serve(t, commit, () => pack);
  const directory = await temporaryDirectory(t);
  await download(url, directory, { retries: 0 });
  const right = new Map<string, string>();
  const digest = async (path: string) =>
    createHash('sha1')
      .update(await readFile(path))
      .digest('hex');
  for (const file of await filesOf(directory)) right.set(file, await digest(join(directory, file)));
  assert.equal(right.size, 6);
  const body = real.subarray(0, -20);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(body.length), { freq: 4 }),
      async (changes, cut) => {
        const changed = Buffer.from(body);
        for (const [at, value] of changes) changed[at] = value;
        pack = sealed(cut === null ? changed : Buffer.concat([changed.subarray(0, cut), body.subarray(cut + 3)]));
        const target = await temporaryDirectory(t);
        try {
          await download(url, target, { retries: 0 });
        } catch (error) {
          assert.ok(error instanceof StorageError && error.code !== 'Internal', String(error));
          assert.deepEqual(await readdir(target), []);
          return;
        }
        for (const file of await filesOf(target)) assert.equal(await digest(join(target, file)), right.get(file));
        assert.equal((await filesOf(target)).length, 6);
      },
    ),
    { numRuns: 150 },
  );
});
