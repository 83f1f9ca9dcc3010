import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { download } from '../download.ts';
import { failsWith, filesOf } from '../test-support/expect.ts';
import { type GitServer, git, noGit, startGitServer } from '../test-support/git-server.ts';
import { startHttp } from '../test-support/http-server.ts';
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

test('credentials reach their host only, and are in no message', { skip }, async (t) => {
  const secret = 'sentinel-password';
  const seen: (string | undefined)[] = [];
  const basic = (user: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const server = await startGitServer(t, {
    intercept: (request, response) => {
      seen.push(request.headers.authorization);
      if (
        request.url!.startsWith('/open/') ||
        ['user', 'env', 'git', 'header'].map(basic).includes(request.headers.authorization ?? '')
      )
        return false;
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end(`wrong: ${request.headers.authorization}`);
      return true;
    },
  });
  await commit(await server.createRepository('m'), { a: 'a' });
  await commit(await server.createRepository('open/m'), { a: 'a' });
  const { host } = new URL(server.url);
  const directory = await temporaryDirectory(t);
  const url = `http://${host}/m.git`;
  await download(`http://user:${secret}@${host}/m.git`, directory, once);
  await download(url, directory, { ...once, environment: { GIT_USERNAME: 'env', GIT_PASSWORD: secret } });
  await download(url, directory, { ...once, environment: { GIT_PASSWORD: secret } });
  const headers = JSON.stringify({ Authorization: basic('header') });
  await download(url, directory, { ...once, environment: { [`${host}-headers`]: headers } });
  assert.deepEqual([...new Set(seen)], ['user', 'env', 'git', 'header'].map(basic));
  const error = await download(`http://x:${secret}-wrong@${host}/m.git`, directory, once).catch((each: Error) => each);
  assert.ok(failsWith('AccessDenied', /GIT_USERNAME and GIT_PASSWORD/)(error));
  assert.ok(!JSON.stringify([error, String(error), (error as Error).stack]).includes('sentinel'));
  assert.ok(!(await readFile(join(directory, '.serval-manifest.json'), 'utf8')).includes('sentinel'));

  seen.length = 0;
  const redirecting = await startHttp(t, (request, response) => {
    response.writeHead(301, { location: `${server.url}/open${request.url}` }).end();
  });
  const environment = { GIT_PASSWORD: secret };
  await download(`${redirecting}/m.git`, directory, { ...once, environment });
  assert.deepEqual([...new Set(seen)], [undefined]);
});

test('empty repositories, missing ones, wrong refs, short commits, SHA-256', { skip }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('m');
  const directory = await temporaryDirectory(t);
  const fails = (suffix: string, pattern: RegExp) =>
    assert.rejects(download(`${server.url}/${suffix}`, directory, once), failsWith('ObjectNotFound', pattern));
  await fails('m.git', /no commit at its HEAD/);
  const oid = await commit(repository, {});
  await fails('m.git', /has no files in it/);
  await fails('none.git', /none\.git does not exist \(404\)/);
  await fails('m.git@v9', /no branch or tag "v9" — check the name/);
  await fails(`m.git@${oid.slice(0, 10)}`, /needs all of its 40 digits/);
  await fails(`m.git@${'1'.repeat(40)}`, /not our ref/);
  await commit(await server.createRepository('new', '--object-format=sha256'), { a: 'a' });
  await assert.rejects(
    download(`${server.url}/new.git`, directory, once),
    failsWith('SourceRejected', /only sha1 is supported/),
  );
  assert.deepEqual(await readdir(directory), []);
});

test('submodules are left out with a warning', { skip }, async (t) => {
  const server = await startGitServer(t);
  const repository = await server.createRepository('m');
  await commit(repository, { a: 'a' });
  await git(repository, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
  await git(repository, 'commit', '-qm', 'sub');
  const directory = await temporaryDirectory(t);
  const warnings: string[] = [];
  await download(`${server.url}/m.git`, directory, {
    ...once,
    onEvent: (event) => event.type === 'warning' && warnings.push(event.message),
  });
  assert.deepEqual(await filesOf(directory), ['a']);
  assert.match(warnings.join(), /^submodule "sub" of .*m\.git is left out$/);
});

test('a pack that breaks off comes again; a server that is gone does no harm; a stop leaves nothing', {
  skip,
}, async (t) => {
  let cuts = 1;
  let posts = 0;
  const stop = new AbortController();
  const server = await startGitServer(t, {
    intercept: (request, response) => {
      if (cuts < 0) response.destroy();
      else if (request.method === 'POST' && ++posts % 2 === 0 && cuts > 0) {
        cuts--;
        const { write } = response;
        response.write = ((chunk: Buffer) => {
          write.call(response, chunk.subarray(0, 100), 'latin1');
          setImmediate(() => response.destroy());
          return true;
        }) as typeof response.write;
      }
      return cuts < 0;
    },
  });
  const repository = await server.createRepository('m');
  await commit(repository, { 'model.bin': randomBytes(400_000) });
  const directory = await temporaryDirectory(t);
  const report = await download(`${server.url}/m.git`, directory, { retryBaseMs: 1 });
  assert.equal(report.retries, 1);
  assert.deepEqual(await contentsOf(directory), await cloned(t, `${server.url}/m.git`));
  cuts = -1;
  assert.equal((await download(`${server.url}/m.git`, directory, { retryBaseMs: 1 })).reused, true);
  cuts = 0;
  const target = await temporaryDirectory(t);
  const stopped = download(`${server.url}/m.git`, target, {
    ...once,
    signal: stop.signal,
    onEvent: (event) => event.type === 'listed' && stop.abort(new Error('enough')),
  });
  await assert.rejects(stopped, failsWith('Aborted', /enough/));
  assert.deepEqual(
    (await readdir(target, { recursive: true })).filter((name) => name.includes('git.part')),
    [],
  );
});

test('any repository comes byte for byte as git clones it', { skip }, async (t) => {
  const server = await startGitServer(t);
  let number = 0;
  const name = fc.stringMatching(/^[a-z ü#%+'$-][a-z0-9 ü#%+'"$-]{0,6}[a-z]$/);
  const content = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(300_000).map((length) => Buffer.alloc(length, 'some text that repeats, ')),
    fc.integer({ min: 1, max: 60_000 }).map((length) => randomBytes(length)),
  );
  const files = fc.uniqueArray(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), content), {
    minLength: 1,
    maxLength: 8,
    selector: ([path]) => path[0]!.normalize('NFC'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(files, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.boolean(),
      async (commits, gc, filter) => {
        const id = `r${number++}`;
        const repository = await server.createRepository(id);
        for (const each of commits) {
          // Renamed, changed at one end, or gone.
          for (const gone of (await readdir(repository)).filter((entry) => entry !== '.git').slice(0, 2)) {
            await rm(join(repository, gone), { recursive: true });
          }
          for (const [path, bytes] of each) {
            const top = join(repository, path[0]!);
            await rm(top, { recursive: true, force: true });
            const file = join(repository, ...path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, bytes);
            await writeFile(`${top}~`, Buffer.concat([bytes, Buffer.from('and more')]));
          }
          await git(repository, 'add', '-A');
          await git(repository, 'commit', '-q', '--allow-empty', '-m', 'c');
          await git(repository, 'tag', '-f', 'v1');
        }
        if (filter) await git(repository, 'config', 'uploadpack.allowFilter', 'true');
        if (gc) await git(repository, 'gc', '-q', '--aggressive', '--prune=now');
        const url = `${server.url}/${id}.git`;
        const directory = await temporaryDirectory(t);
        const all = await cloned(t, url);
        await download(url, directory, once);
        assert.deepEqual(await contentsOf(directory), all);
        const folder = commits.at(-1)!.toSorted((a, b) => b[0].length - a[0].length)[0]![0][0]!;
        const below = new Map<string, string>(
          [...all].flatMap(([path, bytes]) =>
            path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), bytes] as const] : [],
          ),
        );
        if (below.size === 0) below.set(folder, all.get(folder)!);
        await download(`${url}@v1//${encodeURIComponent(folder)}`, directory, once);
        assert.deepEqual(await contentsOf(directory), below);
      },
    ),
    { numRuns: 8 },
  );
});
