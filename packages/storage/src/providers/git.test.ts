import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { download } from '../download.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { type GitServer, git, noGit, startGitServer } from '../test-support/git-server.ts';
import { type Scope, temporaryDirectory } from '../test-support/temporary-directory.ts';

const skip = noGit;
const once = { retries: 0 };

/** Puts files into a repository as one commit. */
async function commit(repository: string, files: Record<string, string | Buffer>, message = 'c'): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(repository, name)), { recursive: true });
    await writeFile(join(repository, name), content);
  }
  await git(repository, 'add', '-A');
  await git(repository, 'commit', '-q', '--allow-empty', '-m', message);
  return git(repository, 'rev-parse', 'HEAD');
}

async function contentsOf(directory: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const name of await filesOf(directory)) contents.set(name, await readFile(join(directory, name), 'base64'));
  return contents;
}

/** What `git clone` has in its work tree. */
async function cloned(scope: Scope, url: string, ...args: string[]): Promise<Map<string, string>> {
  const directory = await temporaryDirectory(scope);
  await git(directory, 'clone', '-q', ...args, url, 'c');
  await rm(join(directory, 'c/.git'), { recursive: true });
  return contentsOf(join(directory, 'c'));
}

function packRequests({ requests }: GitServer): number {
  return requests.filter((request) => request.startsWith('POST')).length;
}

test('branches, tags and commits come as git clones them, and not again', { skip }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('team/iris');
  const first = await commit(repository, { 'model.bin': randomBytes(300_000), 'a b/ü.json': '{}', empty: '' });
  await git(repository, 'tag', '-a', 'v1', '-m', 'annotated');
  await git(repository, 'tag', 'light');
  await git(repository, 'checkout', '-q', '-b', 'feature/x');
  await commit(repository, { 'model.bin': 'other' });
  await git(repository, 'checkout', '-q', 'main');
  await commit(repository, { 'second.txt': 'second' });
  const url = `${server.url}/team/iris.git`;
  const directory = await temporaryDirectory(t);
  for (const [suffix, ...args] of [
    [''],
    ['@v1', '-b', 'v1'],
    ['@light', '-b', 'light'],
    ['@feature/x', '-b', 'feature/x'],
  ]) {
    await download(`${url}${suffix}`, directory, once);
    assert.deepEqual(await contentsOf(directory), await cloned(t, url, ...args));
    server.requests.length = 0;
    const again = await download(`${url}${suffix}`, directory, once);
    assert.equal(again.reused, true);
    assert.equal(packRequests(server), 1); // ls-refs alone
    assert.deepEqual(await readdir(directory).then((names) => names.filter((name) => name === '.serval-download')), []);
  }
  const report = await download(`${url}@${first}`, directory, once);
  assert.deepEqual(await contentsOf(directory), await cloned(t, url, '-b', 'v1'));
  assert.equal(report.reused, false);
  await commit(repository, {}, 'nothing new');
  await download(url, directory, once);
  await commit(repository, {}, 'nothing new again');
  assert.equal((await download(url, directory, once)).reused, true);
  server.requests.length = 0;
  assert.equal((await download(url, directory, once)).reused, true);
  assert.equal(packRequests(server), 1);
});

test('a folder or file of a repository, with and without a server that filters', { skip }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('models');
  await commit(repository, {
    'iris/1/model.json': 'one',
    'iris/2/model.json': 'two',
    'iris 3/m': 'three',
    'large.bin': randomBytes(2_000_000),
  });
  const url = `${server.url}/models.git`;
  for (const filter of ['false', 'true']) {
    await git(repository, 'config', 'uploadpack.allowFilter', filter);
    const directory = await temporaryDirectory(t);
    await download(`${url}@main//iris`, directory, once);
    assert.deepEqual(await filesOf(directory), ['1/model.json', '2/model.json']);
    await download(`${url}//iris%203/`, directory, once);
    assert.deepEqual(await filesOf(directory), ['m']);
    await download(`${url}//iris/2/model.json`, directory, once);
    assert.deepEqual(await filesOf(directory), ['model.json']);
    assert.equal(await readFile(join(directory, 'model.json'), 'utf8'), 'two');
    await assert.rejects(
      download(`${url}//iris/3`, directory, once),
      failsWith('ObjectNotFound', /has no "iris\/3" — .*"1", "2"/),
    );
  }
});

test('servers of versions 0 and 1', { skip }, async (t) => {
  for (const version of [0, 1] as const) {
    const server = await startGitServer(t, { version });
    const repository = await server.createRepository('m');
    await commit(repository, { a: 'a' });
    await git(repository, 'tag', '-a', 'v1', '-m', 'annotated');
    await commit(repository, { b: 'b' });
    const directory = await temporaryDirectory(t);
    await download(`${server.url}/m.git`, directory, once);
    assert.deepEqual(await filesOf(directory), ['a', 'b']);
    await download(`${server.url}/m.git@v1`, directory, once);
    assert.deepEqual(await filesOf(directory), ['a']);
    const older = await git(repository, 'rev-parse', 'HEAD~1');
    await git(repository, 'tag', '-d', 'v1');
    await download(`${server.url}/m.git@${older}`, directory, once);
    assert.deepEqual(await filesOf(directory), ['a']);
    await assert.rejects(
      download(`${server.url}/m.git@${'1'.repeat(40)}`, directory, once),
      failsWith('ObjectNotFound', /not our ref 1{40} — .*name a branch or tag/),
    );
  }
});

test('links become what they lead to; those that lead out are an error', { skip }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('m');
  await commit(repository, { 'real/model.bin': 'm' });
  await symlink('real/model.bin', join(repository, 'link.bin'));
  await symlink('real', join(repository, 'folder'));
  await commit(repository, {});
  const directory = await temporaryDirectory(t);
  await download(`${server.url}/m.git`, directory, once);
  assert.deepEqual(await filesOf(directory), ['folder/model.bin', 'link.bin', 'real/model.bin']);
  await symlink('../../etc/passwd', join(repository, 'real/out'));
  await commit(repository, {});
  await assert.rejects(
    download(`${server.url}/m.git`, await temporaryDirectory(t), once),
    failsWith('UnsafeName', /symbolic link "real\/out" to "..\/..\/etc\/passwd" .* leads out/),
  );
});
