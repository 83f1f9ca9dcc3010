import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../support/serval.ts';
import type { JsonVerdict } from './corpus.ts';
import { validate } from './run-validate.ts';

const service = {
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'iris' },
  spec: { predictor: { model: { modelFormat: { name: 'xgboost' }, storageUri: 's3://models/iris' } } },
};

async function judged(input: string | Uint8Array): Promise<{ code: number; objects: JsonVerdict[] }> {
  const { code, stdout, stderr } = await validate(['-f', '-', '--json'], input);
  assert.match(stdout, /^\{/, stderr);
  return { code, objects: (JSON.parse(stdout) as { objects: JsonVerdict[] }).objects };
}

test('JSON is read, and errors in it have lines too', async () => {
  const text = JSON.stringify({ ...service, spec: { predictor: { ...service.spec.predictor, timout: 3 } } }, null, 2);
  const { code, objects } = await judged(text);
  assert.equal(code, 1);
  const [error] = objects[0]?.errors ?? [];
  assert.equal(error?.field, 'spec.predictor.timout');
  assert.match(text.split('\n')[(error?.line ?? 0) - 1] ?? '', /timout/);
  assert.equal((await judged(JSON.stringify(service))).code, 0);
});

const unreadable: [what: string, input: string | Uint8Array, message: RegExp][] = [
  ['half of a JSON file', JSON.stringify(service).slice(0, 100), /not YAML/],
  ['a list', '- apiVersion: v1', /must be an object with apiVersion and kind; got a list/],
  ['a text', 'this is no manifest', /got a string/],
  ['a NUL', `${JSON.stringify(service)}\n# \0`, /null byte/],
  ['half a UTF-8 character', Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]), /not UTF-8/],
  ['another encoding', Buffer.from(`\uFEFF${JSON.stringify(service)}`, 'utf16le'), /not UTF-8/],
  ['lists in lists in lists', '['.repeat(200_000), /maxDepth/],
  ['maps in maps in maps', '{a: '.repeat(50_000), /maxDepth/],
];
for (const [what, input, message] of unreadable) {
  test(`${what}: told, and nothing more`, async () => {
    const { code, objects } = await judged(input);
    assert.equal(code, 1);
    assert.equal(objects[0]?.result, 'unreadable');
    assert.match(objects[0]?.errors[0]?.message ?? '', message);
  });
}

test('10 MB in one object', async () => {
  const text = JSON.stringify({ ...service, metadata: { name: 'iris', annotations: { a: 'x'.repeat(10_000_000) } } });
  const { code, objects } = await judged(text);
  assert.equal(code, 1);
  assert.match(objects[0]?.errors[0]?.message ?? '', /at most 1572864 bytes/);
});

test('10 MB of objects', async () => {
  const one = JSON.stringify({ ...service, metadata: { name: 'iris', labels: { a: 'b' } } });
  const count = Math.ceil(10_000_000 / one.length);
  const { code, objects } = await judged(`${one}\n---\n`.repeat(count));
  assert.equal(code, 0);
  assert.equal(objects.length, count);
});

test('a hundred thousand unknown fields', async () => {
  const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, i]));
  const { code, objects } = await judged(JSON.stringify({ ...service, spec: { ...service.spec, ...fields } }));
  assert.equal(code, 1);
  assert.equal(objects[0]?.errors.length, 100);
});

test('folders: nothing is found below without -R; a file that is no manifest is passed over', async (t: TestContext) => {
  const folder = await temporaryDirectory(t);
  await mkdir(join(folder, 'below'));
  await writeFile(join(folder, 'below', 'service.json'), JSON.stringify(service));
  await writeFile(join(folder, 'below', 'input.json'), '{"instances": [[1, 2]]}');
  const flat = await validate(['-f', folder]);
  assert.equal(flat.code, 1);
  assert.match(flat.stderr, /no object in .*\n.*-R/);
  const deep = await validate(['-R', '-f', folder]);
  assert.equal(deep.code, 0, deep.stdout);
  assert.match(deep.stdout, /input\.json:1 .*not checked/);
  const twice = await validate(['-R', '-f', folder, '-f', join(folder, 'below', 'service.json')]);
  assert.equal(twice.code, 0);
  assert.match(twice.stdout, /warning .*the same object is in/);
});

test('a path that is not there', async () => {
  const { code, stderr } = await validate(['-f', '/nowhere/at/all.yaml']);
  assert.equal(code, 1);
  assert.match(stderr, /no such file or folder/);
});
