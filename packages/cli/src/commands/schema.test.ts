import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createOutput } from '../command/output.ts';
import { runProgram } from '../command/program.ts';
import { schemaCommand } from './schema.ts';

async function serval(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const out = createOutput(
    { write: (text: string) => (stdout += text) },
    { write: (text: string) => (stderr += text) },
  );
  const code = await runProgram([schemaCommand], ['schema', ...args], {
    out,
    signal: new AbortController().signal,
    env: {},
    homeDirectory: tmpdir(),
    workingDirectory: tmpdir(),
    stdin: Readable.from([]),
    version: '0.0.0',
  });
  return { code, stdout, stderr };
}

test('without a kind, what there is', async () => {
  const { stdout } = await serval();
  assert.match(
    stdout,
    /InferenceService\.v1beta1\.serving\.kserve\.io +isvc +serving\.kserve\.io\/inferenceservice_v1beta1\.json/,
  );
  const { schemas } = JSON.parse((await serval('--json')).stdout) as { schemas: { name: string }[] };
  assert.ok(schemas.some(({ name }) => name === 'storage-config'));
});

test('a kind is printed, and --output writes the same', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'serval-schema-'));
  t.after(() => rm(folder, { recursive: true }));
  const { stdout } = await serval('isvc');
  assert.match((JSON.parse(stdout) as { title: string }).title, /^InferenceService/);
  assert.match((await serval('--output', folder)).stdout, /20 schemas, written/);
  assert.equal(await readFile(join(folder, 'serving.kserve.io/inferenceservice_v1beta1.json'), 'utf8'), stdout);
  assert.match((await serval('--output', folder)).stdout, /nothing differs/);
});

test('what there is not', async () => {
  const { code, stderr, stdout } = await serval('inferenceservise');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /did you mean "inferenceservice"/);
  assert.equal((await serval('isvc', '--output', 'x')).code, 2);
});
