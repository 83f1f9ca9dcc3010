import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { download } from '../download.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';

async function sourceFolder(scope: Scope): Promise<string> {
  const folder = await temporaryDirectory(scope);
  await mkdir(join(folder, 'a model', 'sub'), { recursive: true });
  await writeFile(join(folder, 'a model', 'model.txt'), 'model');
  await writeFile(join(folder, 'a model', 'sub', 'empty'), '');
  return folder;
}

test('a folder, a file, a path and a claim', async (t) => {
  const folder = await sourceFolder(t);
  const uris: [string, string[]][] = [
    [`file://${folder}/a model`, ['model.txt', 'sub/empty']],
    [`${pathToFileURL(folder).href}/a%20model/`, ['model.txt', 'sub/empty']],
    [`file://${folder}/a model/model.txt`, ['model.txt']],
    [`${folder}/a model`, ['model.txt', 'sub/empty']],
    ['pvc://claim/a model', ['model.txt', 'sub/empty']],
    ['pvc://claim', ['a model/model.txt', 'a model/sub/empty']],
  ];
  for (const [uri, expected] of uris) {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment: { PVC_MOUNT_DIRECTORY: folder } });
    assert.deepEqual(await filesOf(directory), expected, uri);
  }
});

test('the copy stays when the source changes, and follows at the next download', async (t) => {
  const folder = await sourceFolder(t);
  const directory = await temporaryDirectory(t);
  const source = join(folder, 'a model', 'model.txt');
  await chmod(source, 0o444);
  await download(`file://${source}`, directory);
  assert.equal((await download(`file://${source}`, directory)).reused, true);
  await chmod(source, 0o644);
  await writeFile(source, 'changed');
  assert.equal(await readFile(join(directory, 'model.txt'), 'utf8'), 'model');
  await download(`file://${source}`, directory);
  assert.equal(await readFile(join(directory, 'model.txt'), 'utf8'), 'changed');
});

test('links inside a folder are followed, as in ConfigMap volumes; those that lead out are refused', async (t) => {
  const folder = await temporaryDirectory(t);
  await mkdir(join(folder, '..2026_01_01'));
  await writeFile(join(folder, '..2026_01_01', 'model.txt'), 'model');
  await symlink('..2026_01_01', join(folder, '..data'));
  await symlink('..data/model.txt', join(folder, 'model.txt'));
  const directory = await temporaryDirectory(t);
  await download(`file://${folder}`, directory);
  assert.deepEqual(await filesOf(directory), ['model.txt']);
  await symlink('/etc/hostname', join(folder, 'out'));
  await assert.rejects(
    download(`file://${folder}`, directory),
    failsWith('UnsafeName', /symbolic link "out" leads out of/),
  );
  const loop = await temporaryDirectory(t);
  await mkdir(join(loop, 'd'));
  await symlink('../d', join(loop, 'd', 'again'));
  await assert.rejects(download(`file://${loop}`, directory), failsWith('UnsafeName', /"d\/again".*back above itself/));
});

test('what is not there, not absolute or empty is named', async (t) => {
  const folder = await temporaryDirectory(t);
  const directory = await temporaryDirectory(t);
  await assert.rejects(
    download(`file://${folder}/no`, directory),
    failsWith('ObjectNotFound', /no file or directory .*\/no/),
  );
  await assert.rejects(download(`file://${folder}`, directory), failsWith('ObjectNotFound', /no file under directory/));
  await assert.rejects(download('file://models/iris', directory), failsWith('InvalidUri', /three slashes/));
  await assert.rejects(download('pvc://claim/../x', directory), failsWith('InvalidUri', /pvc:\/\/CLAIM\/PATH/));
});

test('links to a claim instead of copies, as KServe makes them, and back', async (t) => {
  const folder = await sourceFolder(t);
  const directory = await temporaryDirectory(t);
  const environment = { PVC_MOUNT_DIRECTORY: folder, SERVAL_STORAGE_LOCAL_MODE: 'symlink' };
  const source = join(folder, 'a model', 'model.txt');
  await download('pvc://claim/a model', directory, { environment });
  assert.equal(await readlink(join(directory, 'model.txt')), source);
  assert.equal(await readlink(join(directory, 'sub', 'empty')), join(folder, 'a model', 'sub', 'empty'));
  assert.equal((await download('pvc://claim/a model', directory, { environment })).reused, true);

  await writeFile(source, 'changed');
  assert.equal(await readFile(join(directory, 'model.txt'), 'utf8'), 'changed');
  assert.equal((await download('pvc://claim/a model', directory, { environment })).reused, false);

  // A copy takes the place of the link and leaves what it led to alone.
  const copied = { PVC_MOUNT_DIRECTORY: folder };
  assert.equal((await download('pvc://claim/a model', directory, { environment: copied })).reused, false);
  assert.deepEqual(await filesOf(directory), ['model.txt', 'sub/empty']);
  await download(`file://${folder}/a model/sub`, directory, { localMode: 'symlink' });
  assert.deepEqual(
    [await readFile(source, 'utf8'), await readdir(join(folder, 'a model'))],
    ['changed', ['model.txt', 'sub']],
  );
  assert.equal(await readlink(join(directory, 'empty')), join(folder, 'a model', 'sub', 'empty'));

  await rm(join(folder, 'a model', 'sub', 'empty'));
  await writeFile(join(folder, 'a model', 'sub', 'other'), '');
  await download(`file://${folder}/a model/sub`, directory, { localMode: 'symlink' });
  assert.deepEqual(await readdir(directory), ['.serval-manifest.json', 'other']);
  const wrong = { SERVAL_STORAGE_LOCAL_MODE: 'hardlink' };
  await assert.rejects(
    download(`file://${folder}`, directory, { environment: wrong }),
    failsWith('InvalidConfiguration', /SERVAL_STORAGE_LOCAL_MODE is "hardlink"/),
  );
});
