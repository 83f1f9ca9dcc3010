import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';
import { packageVersion } from './version.ts';

test('pairs and options in any order', () => {
  const pairs = [
    { uri: 's3://b/m', directory: '/a' },
    { uri: 'hf://o/m', directory: '/b' },
  ];
  const expected = { kind: 'download', pairs, cacheDirectory: '/c', json: true, check: false };
  assert.deepEqual(parseArguments(['--cache', '/c', 's3://b/m', '/a', '--json', 'hf://o/m', '/b']), expected);
  assert.deepEqual(parseArguments(['--help', 'x']), { kind: 'help' });
  assert.deepEqual(parseArguments(['--version']), { kind: 'version' });
});

test('what is no call says why', () => {
  const cases: [string[], RegExp][] = [
    [[], /got 0 arguments/],
    [['s3://b/m'], /got 1 arguments/],
    [['a', '/d', 'b', '/d'], /directory \/d is given twice/],
    [['--cach', '/c', 'a', '/d'], /Unknown option '--cach' — see --help/],
    [['a', '/d', '--cache'], /argument missing/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseArguments(args), { code: 'InvalidArgument', message });
});

test('the version is that of the package', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  assert.equal(packageVersion, (JSON.parse(text) as { version: string }).version);
});
