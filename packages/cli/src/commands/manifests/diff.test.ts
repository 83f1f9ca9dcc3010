import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDefinitionSource } from './definition-source.ts';

const { signal } = new AbortController();

test('a ref is read from the repository, without a checkout, and what is missing is told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'serval-diff-'));
  t.after(() => rm(folder, { recursive: true }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: folder });
  await assert.rejects(readDefinitionSource('v1', folder, signal), /in no git repository/);
  git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', 'empty');
  git('tag', 'empty');
  await mkdir(join(folder, 'deploy/crds/full'), { recursive: true });
  await writeFile(join(folder, 'deploy/crds/full/a.yaml'), 'old');
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  git('tag', 'v1');
  await writeFile(join(folder, 'deploy/crds/full/a.yaml'), 'new');

  assert.deepEqual([...(await readDefinitionSource('v1', folder, signal))], [['full/a.yaml', 'old']]);
  assert.deepEqual([...(await readDefinitionSource('deploy', folder, signal))], [['full/a.yaml', 'new']]);
  await assert.rejects(readDefinitionSource('v2', folder, signal), /has no such ref/);
  await assert.rejects(readDefinitionSource('empty', folder, signal), /there is no deploy\/crds at that ref/);
});
