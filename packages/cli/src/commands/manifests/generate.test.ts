import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createOutput } from '../../command/output.ts';
import { runProgram } from '../../command/program.ts';
import { manifestsCommands } from '../manifests.ts';

/** Runs `serval manifests …` and answers exit code and text. */
async function serval(...args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const sink = { write: (chunk: string) => (text += chunk) };
  const code = await runProgram([manifestsCommands], ['manifests', ...args], {
    out: createOutput(sink, sink),
    signal: new AbortController().signal,
    env: {},
    homeDirectory: tmpdir(),
    workingDirectory: tmpdir(),
    stdin: Readable.from([]),
    version: '0.0.0',
  });
  return { code, text };
}

test('generate writes, writes nothing more, and --check finds each stale file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'serval-generate-'));
  t.after(() => rm(folder, { recursive: true }));
  const output = ['generate', '--output', join(folder, 'deploy'), '--reference', join(folder, 'reference')];
  const file = join(folder, 'deploy/kustomize/base/kustomization.yaml');

  const before = await serval(...output, '--check');
  assert.equal(before.code, 1);
  assert.match(before.text, /missing .*kustomize\/base\/kustomization\.yaml/);

  assert.equal((await serval(...output)).code, 0);
  assert.match(
    await readFile(join(folder, 'reference/inference-service.md'), 'utf8'),
    /`spec\.predictor\.model\.modelFormat\.name` \*/,
  );
  assert.match((await serval(...output)).text, /deploy: \d+ files, \d+ kB, nothing differs/);
  assert.equal((await serval(...output, '--check')).code, 0);

  const text = await readFile(file, 'utf8');
  await writeFile(file, `${text}# edited\n`);
  const stale = await serval(...output, '--check');
  assert.equal(stale.code, 1);
  assert.match(stale.text, /stale .*kustomize\/base\/kustomization\.yaml/);
  assert.equal((await serval(...output)).code, 0);
  assert.equal(await readFile(file, 'utf8'), text);
});
