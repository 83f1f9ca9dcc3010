import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { EXIT_CODES, STORAGE_ERROR_CODES, StorageError, targetErrorFrom } from './errors.ts';
import { redactUri } from './redact.ts';

test('the documentation lists exactly these codes with these exit codes', async () => {
  const text = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const section = /^## Storage$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const documented = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)]);
  assert.deepEqual(
    documented.toSorted(),
    STORAGE_ERROR_CODES.map((code) => [code, EXIT_CODES[code]] as [string, number]).toSorted(),
  );
});

test('a message ends with its hint', () => {
  const error = new StorageError('ObjectNotFound', 'no object x', { hint: 'look again', details: { key: 'x' } });
  assert.equal(error.message, 'no object x — look again');
  assert.equal(error.summary, 'no object x');
});

test('a full disk names directory and bytes', () => {
  const error = targetErrorFrom(Object.assign(new Error('x'), { code: 'ENOSPC' }), '/mnt/models', 42);
  assert.equal(error?.code, 'NoSpace');
  assert.match(error.message, /no space left in \/mnt\/models; 42 bytes/);
});

test('URIs are shown without what may be secret', () => {
  const cases: [string, string][] = [
    ['https://user:pw@host:1/a/b?X-Amz-Signature=1#f', 'https://host:1/a/b?…'],
    ['https://host/a@b', 'https://host/a@b'],
    ['http://host?sig=a/b', 'http://host?…'],
    ['s3://bucket/a?b#c@d', 's3://bucket/a?b#c@d'],
    ['abfss://models@account.dfs.core.windows.net/m?sig=1', 'abfss://models@account.dfs.core.windows.net/m?…'],
    ['webhdfs://user:pw@host:9870/a@b', 'webhdfs://host:9870/a@b'],
    ['hf://owner/model@main', 'hf://owner/model@main'],
    ['/mnt/pvc/x', '/mnt/pvc/x'],
  ];
  for (const [uri, expected] of cases) assert.equal(redactUri(uri), expected);
});
