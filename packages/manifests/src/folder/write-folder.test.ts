import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ManifestsError } from '../manifests-error.ts';
import { compareFolder } from './compare-folder.ts';
import { fileListName } from './file-list.ts';
import { readFolder } from './read-folder.ts';
import { writeFolder } from './write-folder.ts';

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-folder-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('what is written is there, and writing it again changes nothing', async (t) => {
  const folder = await temporary(t);
  const files = new Map([
    ['a/b.yaml', 'b\n'],
    ['c.yaml', 'ü\n'],
  ]);
  const paths = (await writeFolder(folder, files)).map(({ path, state }) => `${state} ${path}`);
  assert.deepEqual(paths, ['missing a/b.yaml', 'missing c.yaml', `missing ${fileListName}`]);
  assert.deepEqual(await writeFolder(folder, files), []);
  assert.deepEqual(await compareFolder(folder, files), []);
  const found = await readFolder(folder);
  assert.equal(found.get('a/b.yaml'), 'b\n');
  assert.deepEqual([...found.keys()], ['a/b.yaml', 'c.yaml', fileListName]);
});

test('changed files are written anew, obsolete ones go with their folders, and the files of people stay', async (t) => {
  const folder = await temporary(t);
  await writeFolder(
    folder,
    new Map([
      ['keep.yaml', '1\n'],
      ['old/deep/gone.yaml', '1\n'],
      ['shared/gone.yaml', '1\n'],
    ]),
  );
  await writeFile(join(folder, 'keep.yaml'), 'edited\n');
  await writeFile(join(folder, 'shared/mine.yaml'), 'mine\n');
  const files = new Map([['keep.yaml', '1\n']]);
  const differences = [
    { path: 'keep.yaml', state: 'changed' },
    { path: fileListName, state: 'changed' },
    { path: 'old/deep/gone.yaml', state: 'obsolete' },
    { path: 'shared/gone.yaml', state: 'obsolete' },
  ];
  assert.deepEqual(await compareFolder(folder, files), differences);
  assert.deepEqual(await writeFolder(folder, files), differences);
  assert.deepEqual([...(await readFolder(folder)).keys()], [fileListName, 'keep.yaml', 'shared/mine.yaml']);
  assert.equal(await readFile(join(folder, 'keep.yaml'), 'utf8'), '1\n');
});

test('a list that leads out of its folder removes nothing', async (t) => {
  const folder = await temporary(t);
  const inner = join(folder, 'inner');
  await mkdir(inner);
  await writeFile(join(folder, 'precious'), '');
  await writeFile(join(inner, fileListName), '../precious\n');
  await assert.rejects(writeFolder(inner, new Map()), ManifestsError);
  assert.equal(await readFile(join(folder, 'precious'), 'utf8'), '');
});

test('a folder that is a file is told', async (t) => {
  const folder = await temporary(t);
  await writeFile(join(folder, 'a'), '');
  await assert.rejects(writeFolder(folder, new Map([['a/b.yaml', '']])), /cannot be/);
  await assert.rejects(readFolder(join(folder, 'nothing')), /cannot be read/);
});
