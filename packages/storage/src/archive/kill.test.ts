import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { download } from '../download.ts';
import { MANIFEST_NAME } from '../manifest.ts';
import { EXTRACT_DIRECTORY, WORK_DIRECTORY } from '../target.ts';
import { filesOf } from '../test-support/expect.ts';
import { tarArchive } from '../test-support/tar-writer.ts';
import { temporaryDirectory } from '../test-support/temporary-directory.ts';

const EXECUTABLE = fileURLToPath(new URL('../../bin/serval-storage.js', import.meta.url));

/** Same names, other content. */
function filesFrom(version: string, count: number): Map<string, Buffer> {
  const names = Array.from({ length: count }, (_, i) => `${version === 'old' ? 'old/' : ''}d${i % 7}/f${i}`);
  return new Map(names.map((name) => [name, Buffer.concat([Buffer.from(version), randomBytes(2000)])]));
}

function packed(files: Map<string, Buffer>): Buffer {
  return gzipSync(tarArchive([...files].map(([name, content]) => ({ name, content }))));
}

test('killed while it extracts or gives names, it leaves only whole files, and the next run ends right', async (t) => {
  const source = await temporaryDirectory(t);
  const path = join(source, 'm.tgz');
  const old = filesFrom('old', 20);
  const now = filesFrom('new', 300);
  const killed = { extracting: 0, naming: 0, late: 0 };
  const moments: ['extracting' | 'naming', number][] = [
    ['extracting', 1],
    ['extracting', 290],
    ['naming', 1],
    ['naming', 7],
  ];
  for (const [moment, count] of moments) {
    const directory = await temporaryDirectory(t);
    await writeFile(path, packed(old));
    await download(`file://${path}`, directory);
    await writeFile(path, packed(now));
    const child = spawn(process.execPath, [EXECUTABLE, `file://${path}`, directory], {
      env: { PATH: process.env['PATH'] },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const watched = moment === 'extracting' ? join(directory, WORK_DIRECTORY, EXTRACT_DIRECTORY) : directory;
    const reached = async () =>
      (await readdir(watched).catch(() => [])).filter((name) => /^d?\d+$/.test(name)).length >= count;
    while (child.exitCode === null && !(await reached())) await sleep(1);
    child.kill('SIGKILL');
    const [, signal] = await ended;
    killed[signal === 'SIGKILL' ? moment : 'late']++;

    const there = await readdir(directory);
    for (const name of await filesOf(directory)) {
      const content = await readFile(join(directory, name));
      assert.ok(content.equals((now.get(name) ?? old.get(name))!), name);
    }
    if (there.includes(MANIFEST_NAME)) {
      const names = await filesOf(directory);
      assert.ok(names.length === old.size || names.length === now.size, 'a manifest stands beside a part of a model');
    }
    await download(`file://${path}`, directory);
    assert.deepEqual(await filesOf(directory, true), [MANIFEST_NAME, ...now.keys()].sort());
    for (const [name, content] of now) assert.ok((await readFile(join(directory, name))).equals(content), name);
    assert.equal((await download(`file://${path}`, directory)).reused, true);
  }
  assert.ok(killed.extracting > 0, JSON.stringify(killed));
});
