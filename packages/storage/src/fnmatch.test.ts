import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFnmatch } from './fnmatch.ts';

const JUDGE = `
import fnmatch, json, sys, warnings
warnings.simplefilter("ignore")
print(json.dumps([fnmatch.fnmatchcase(name, pattern) for name, pattern in json.load(sys.stdin)]))
`;

const WITH_PYTHON = spawnSync('python3', ['-c', '']).status === 0;

test('stars, question marks and sets', () => {
  const cases: [string, string, boolean][] = [
    ['*.safetensors', 'model.safetensors', true],
    ['*.safetensors', 'sub/model.safetensors', true],
    ['*.safetensors', 'model.safetensors.index', false],
    ['*.BIN', 'a.bin', false],
    ['a?c', 'a/c', true],
    ['', '', true],
    ['**', '', true],
    ['?', '😀', true],
    ['[!a-c]x', 'dx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]', ']', true],
    ['[z-a]', 'z', false],
    ['[!z-a]', 'z', true],
    ['[', '[', true],
    ['[[]a', '[a', true],
    ['a\\*', 'a\\b', true],
  ];
  for (const [pattern, name, expected] of cases) {
    assert.equal(createFnmatch(pattern)(name), expected, `${pattern} on ${name}`);
  }
});

test('as Python has it', { skip: !WITH_PYTHON && 'python3 is not installed' }, () => {
  const character = fc.constantFrom(...'aabbcz-!^[]*?./\\|&~é😀'.match(/./gu)!);
  const text = fc.array(character, { maxLength: 9 }).map((characters) => characters.join(''));
  // Names that fit are rare by chance: some are made from the pattern.
  const pair = fc
    .tuple(text, text, fc.boolean())
    .map(([pattern, name, close]): [string, string] => [close ? pattern.replaceAll('*', name) : name, pattern]);
  const pairs = fc.sample(pair, { numRuns: 20_000, seed: 4 });
  const { stdout, stderr } = spawnSync('python3', ['-c', JUDGE], {
    input: JSON.stringify(pairs),
    maxBuffer: 16 * 1024 * 1024,
  });
  const judged = JSON.parse(stdout.toString() || stderr.toString()) as boolean[];
  assert.ok(judged.filter(Boolean).length > 500);
  for (const [index, [name, pattern]] of pairs.entries()) {
    assert.equal(createFnmatch(pattern)(name), judged[index], `${JSON.stringify(pattern)} on ${JSON.stringify(name)}`);
  }
});

test('no pattern takes long', () => {
  // With backtracking this would not end in the lifetime of anyone.
  assert.equal(createFnmatch(`${'*a'.repeat(300)}b`)('a'.repeat(4000)), false);
});
