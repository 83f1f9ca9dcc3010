import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { access, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startHttp } from '../../packages/storage/src/test-support/http-server.ts';
import { type Scope, temporaryDirectory } from '../../packages/storage/src/test-support/temporary-directory.ts';
import { layRootFileSystem } from '../../scripts/build/root-file-system.ts';
import { bundleStorage, MAX_BUNDLE_BYTES, storageProgram } from '../../scripts/storage/bundle.ts';
import { buildExecutable } from '../../scripts/storage/executable.ts';
import { packageFolder } from '../../scripts/storage/layout.ts';
import { packStorage } from '../../scripts/storage/pack.ts';
import { renderSbom } from '../../scripts/storage/sbom.ts';

const MAX_PACKAGES = 12;
const MAX_INSTALLED_BYTES = 10_000_000;

const run = promisify(execFile);
const MODEL = 'a model\n';
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

async function startModelServer(scope: Scope): Promise<string> {
  return startHttp(scope, (_request, response) => void response.setHeader('etag', '"1"').end(MODEL));
}

/** Fetches the model from a folder and over HTTP, each into a directory of its own. */
async function fetchesBoth(t: TestContext, command: readonly string[], cwd: string): Promise<void> {
  const source = await temporaryDirectory(t);
  await writeFile(join(source, 'model.txt'), MODEL);
  const target = await temporaryDirectory(t);
  const pairs = [`file://${source}`, join(target, 'a'), `${await startModelServer(t)}/model.txt`, join(target, 'b')];
  const [program, ...args] = [...command, ...pairs];
  await run(program!, args, { cwd, env: environment });
  for (const name of ['a', 'b']) assert.equal(await readFile(join(target, name, 'model.txt'), 'utf8'), MODEL);
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    names.filter((it) => it.isFile()).map(async (it) => (await stat(join(it.parentPath, it.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('the packed tarball installs and works alone in an empty directory, and is small', async (t) => {
  const tarball = await packStorage(await temporaryDirectory(t));
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], { cwd: directory });
  await fetchesBoth(t, ['npx', 'serval-storage'], directory);

  const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: directory });
  const packages = stdout.trim().split('\n').slice(1); // the first is the directory itself
  assert.ok(packages.length <= MAX_PACKAGES, packages.join('\n'));
  const bytes = await bytesBelow(join(directory, 'node_modules'));
  assert.ok(bytes <= MAX_INSTALLED_BYTES, `${bytes} bytes are installed`);
  t.diagnostic(`${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
  for (const folder of packages) {
    const { scripts = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    for (const hook of ['preinstall', 'install', 'postinstall']) assert.equal(scripts[hook], undefined, folder);
  }

  const script =
    "import { download, StorageError } from '@serval/storage';" +
    "await download('weird://x', 'd').catch((e) => console.log(e instanceof StorageError, e.code));";
  await writeFile(join(directory, 'library.mjs'), script);
  const library = await run(process.execPath, ['library.mjs'], { cwd: directory });
  assert.equal(library.stdout, 'true UnsupportedScheme\n');

  const installed = join(directory, 'node_modules', '@serval', 'storage');
  await access(join(installed, 'dist', 'index.d.ts'));
  assert.deepEqual(
    (await readdir(installed)).filter((name) => name === 'src'),
    [],
  );
  assert.equal(await readFile(join(installed, 'sbom.cdx.json'), 'utf8'), await renderSbom());
});

test('the bundle is one file of at most 1 MB that works alone', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'serval-storage.mjs');
  const { bytes } = await bundleStorage(path, 'module');
  assert.ok(bytes <= MAX_BUNDLE_BYTES);
  t.diagnostic(`${bytes} bytes`);
  await fetchesBoth(t, [process.execPath, path], directory);
});

test('the single executable works alone, and tells failures as the command does', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'serval-storage');
  await buildExecutable(path);
  await fetchesBoth(t, [path], directory);
  const { status, stderr } = spawnSync(path, ['weird://x', directory], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /UnsupportedScheme/);
});

test('the root file system of the image is complete: it works as another user behind chroot', {
  skip: process.platform !== 'linux' || process.getuid?.() !== 0 ? 'needs root on Linux' : false,
}, async (t) => {
  const root = join(await temporaryDirectory(t), 'root');
  await layRootFileSystem(storageProgram, root);
  const command = ['--userspec=65532:65532', root, '/bin/node', '/opt/serval-storage.mjs'];
  const url = await startModelServer(t);
  await mkdir(join(root, 'mnt', 'pvc', 'claim'), { recursive: true });
  await cp(join(packageFolder, 'package.json'), join(root, 'mnt', 'pvc', 'claim', 'package.json'));
  await run('chroot', [...command, 'pvc://claim', '/tmp/a', `${url}/model.txt`, '/tmp/b'], {
    env: { PATH: '/usr/sbin:/usr/bin:/bin' },
  });
  assert.equal(await readFile(join(root, 'tmp', 'b', 'model.txt'), 'utf8'), MODEL);
  // Not its own: what the image brings cannot be changed by what runs in it.
  const refused = spawnSync('chroot', [...command, 'pvc://claim', '/opt/model'], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/bin' },
  });
  assert.equal(refused.status, 7, refused.stderr);
});
