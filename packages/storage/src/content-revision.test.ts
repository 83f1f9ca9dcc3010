import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { combinedRevision, contentRevision } from './content-revision.ts';
import { download } from './download.ts';
import { MANIFEST_NAME, type Manifest } from './manifest.ts';
import { failsWith, filesOf } from './test-support/expect.ts';
import { KEYS, startS3 } from './test-support/s3-server.ts';
import { temporaryDirectory } from './test-support/temporary-directory.ts';

const computed = { computes: true };
const FILES = { 'weights.bin': 'w'.repeat(70_000), 'config/model.json': '{"a":1}' };

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function fileModel(t: TestContext, files: Record<string, string>): Promise<string> {
  const source = await temporaryDirectory(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(source, name, '..'), { recursive: true });
    await writeFile(join(source, name), content);
  }
  return source;
}

async function revisionOf(
  t: TestContext,
  files: Record<string, string>,
  environment = {},
): Promise<string | undefined> {
  const target = await temporaryDirectory(t);
  await download(`file://${await fileModel(t, files)}`, target, { environment });
  return contentRevision(target, computed);
}

test('a revision is of names, sizes and contents, as anybody can compute it', async (t) => {
  const lines = Object.entries(FILES)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) => `${JSON.stringify([name, content.length, sha256(content)])}\n`);
  assert.equal(await revisionOf(t, FILES), `sha256:${sha256(lines.join(''))}`);
});

test('wherever it was read from, and however it was put there, it is the same', async (t) => {
  const expected = await revisionOf(t, FILES);
  assert.equal(await revisionOf(t, FILES, { SERVAL_STORAGE_LOCAL_MODE: 'symlink' }), expected);
  const objects = Object.fromEntries(Object.entries(FILES).map(([name, content]) => [`b/m/${name}`, content]));
  const s3 = await startS3(t, objects, { keys: KEYS });
  const target = await temporaryDirectory(t);
  await download('s3://b/m', target, { environment: s3.environment });
  assert.equal(await contentRevision(target, computed), expected);
});

for (const [title, files] of [
  ['a byte', { ...FILES, 'config/model.json': '{"a":2}' }],
  ['a name', { 'weights.bin': FILES['weights.bin'], 'config/model2.json': FILES['config/model.json'] }],
  ['one more file', { ...FILES, empty: '' }],
] as const) {
  test(`${title} makes another revision`, async (t) => {
    assert.notEqual(await revisionOf(t, files), await revisionOf(t, FILES));
  });
}

test('without being asked to compute, what nobody told is not read, and what was computed once is told', async (t) => {
  const target = await temporaryDirectory(t);
  await download(`file://${await fileModel(t, FILES)}`, target);
  assert.equal(await contentRevision(target, { computes: false }), undefined);
  const revision = await contentRevision(target, computed);
  assert.equal(await contentRevision(target, { computes: false }), revision);
});

test('what was computed once is not read again, unless the file changed, which is no download any more', async (t) => {
  const target = await temporaryDirectory(t);
  const source = await fileModel(t, FILES);
  await download(`file://${source}`, target);
  const revision = await contentRevision(target, computed);
  assert.deepEqual(await filesOf(target, true), [MANIFEST_NAME, ...Object.keys(FILES)].toSorted());

  const report = await download(`file://${source}`, target);
  assert.equal(report.reused, true);
  assert.equal(await contentRevision(target, computed), revision);
  const path = join(target, MANIFEST_NAME);
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  assert.deepEqual(
    manifest.files.map(({ sha256: known }) => known !== undefined),
    [true, true],
  );

  // What the manifest says is believed of what is as it was placed, and asked of the disk where it says nothing.
  for (const file of manifest.files) delete file.sha256;
  await writeFile(path, JSON.stringify(manifest));
  await utimes(join(target, 'weights.bin'), 1, 1);
  await assert.rejects(contentRevision(target, computed), failsWith('SourceChanged', /weights\.bin changed/));
});

test('files that are hashed as they come are not read at the end', async (t) => {
  const target = await temporaryDirectory(t);
  await download(`file://${await fileModel(t, FILES)}`, target, { contentDigests: true });
  const manifest = JSON.parse(await readFile(join(target, MANIFEST_NAME), 'utf8')) as Manifest;
  assert.deepEqual(
    manifest.files.map(({ name, sha256: known }) => [name, known]),
    Object.entries(FILES)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => [name, sha256(content)]),
  );
  assert.equal(await contentRevision(target, { computes: false }), await revisionOf(t, FILES));
});

test('there is none of what is not whole', async (t) => {
  const target = await temporaryDirectory(t);
  await download(`file://${await fileModel(t, FILES)}`, target);
  await rm(join(target, MANIFEST_NAME));
  await assert.rejects(contentRevision(target, computed), failsWith('ObjectNotFound', /no complete download/));
});

test('several models of one server have a revision together, in their order', () => {
  assert.equal(combinedRevision(['sha256:a']), 'sha256:a');
  assert.notEqual(combinedRevision(['sha256:a', 'sha256:b']), combinedRevision(['sha256:b', 'sha256:a']));
});
