import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { download } from './download.ts';
import { parsePatterns } from './patterns.ts';
import { failsWith, filesOf } from './test-support/expect.ts';
import { KEYS, startS3 } from './test-support/s3-server.ts';
import { tarArchive } from './test-support/tar-writer.ts';
import { temporaryDirectory } from './test-support/temporary-directory.ts';

test('lists in JSON, with commas, and what is neither', () => {
  const cases: [string | undefined, string[]][] = [
    [undefined, []],
    ['  ', []],
    ['["*.safetensors", " *.json ", ""]', ['*.safetensors', '*.json']],
    ['*.safetensors, *.json,,', ['*.safetensors', '*.json']],
    ['"*.bin"', ['*.bin']],
    ['[a-c]*.bin,[!x]', ['[a-c]*.bin', '[!x]']],
    ['[1, 2]', ['1', '2']],
    ['[]', []],
    ['42', ['42']],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parsePatterns(text, 'X'), expected, text);
  for (const text of ['["*.bin"', '{"allow": "*"}', '{"allow"', '[["a"]]', '"*.bin', `["${'a'.repeat(1025)}"]`]) {
    assert.throws(
      () => parsePatterns(text, 'STORAGE_ALLOW_PATTERNS'),
      failsWith('InvalidConfiguration', /STORAGE_ALLOW/),
    );
  }
});

test('patterns choose files by name, before they are counted or checked, and not a file that the URI names', async (t) => {
  const objects = {
    'b/m/a.safetensors': 'a',
    'b/m/config.json': '{}',
    'b/m/onnx/model.onnx': 'o',
    'b/m/README.md': 'r',
    'b/m/readme.md': 'r',
  };
  const s3 = await startS3(t, objects, { keys: KEYS });
  const get = async (uri: string, variables: Record<string, string>, maxFiles = 10) => {
    const directory = await temporaryDirectory(t);
    await download(uri, directory, { environment: { ...s3.environment, ...variables }, maxFiles });
    return filesOf(directory);
  };
  assert.deepEqual(await get('s3://b/m', { STORAGE_ALLOW_PATTERNS: '["*.safetensors", "*.json"]' }, 2), [
    'a.safetensors',
    'config.json',
  ]);
  assert.deepEqual(await get('s3://b/m', { STORAGE_IGNORE_PATTERNS: '*.md,onnx/' }), ['a.safetensors', 'config.json']);
  const both = { STORAGE_ALLOW_PATTERNS: '*.json,*.onnx', STORAGE_IGNORE_PATTERNS: '*.onnx' };
  assert.deepEqual(await get('s3://b/m', both), ['config.json']);
  assert.deepEqual(await get('s3://b/m/README.md', { STORAGE_ALLOW_PATTERNS: '*.json' }), ['README.md']);
  await assert.rejects(
    get('s3://b/m', { STORAGE_ALLOW_PATTERNS: '*.gguf' }),
    failsWith('ObjectNotFound', /leave out all 5 files of s3:\/\/b\/m .*STORAGE_ALLOW_PATTERNS \(\*\.gguf\)/),
  );
  await assert.rejects(get('s3://b/m', { STORAGE_ALLOW_PATTERNS: '["a"' }), failsWith('InvalidConfiguration', /\["a"/));
});

test('patterns follow a change, work for folders, and leave one archive to be extracted', async (t) => {
  const source = await temporaryDirectory(t);
  await mkdir(join(source, 'sub'));
  await writeFile(join(source, 'm.tar'), tarArchive([{ name: 'x.bin', content: 'x' }]));
  await writeFile(join(source, 'sub', 'y.bin'), 'y');
  const directory = await temporaryDirectory(t);
  await download(`file://${source}`, directory);
  assert.deepEqual(await filesOf(directory), ['m.tar', 'sub/y.bin']);
  await download(`file://${source}`, directory, { ignorePatterns: ['sub/*'] });
  assert.deepEqual(await filesOf(directory), ['x.bin']);
  await download(`file://${source}`, directory, { allowPatterns: ['*.bin'] });
  assert.deepEqual(await filesOf(directory), ['sub/y.bin']);
});
