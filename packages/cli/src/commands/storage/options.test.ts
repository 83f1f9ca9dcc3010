import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBytes } from './options.ts';

test('sizes', () => {
  const cases = {
    '0': 0,
    '17': 17,
    '17B': 17,
    '2K': 2048,
    '1.5MiB': 1_572_864,
    '3 GiB': 3 * 1024 ** 3,
    '1tb': 1024 ** 4,
  };
  for (const [text, bytes] of Object.entries(cases)) assert.equal(parseBytes(text), bytes, text);
  for (const text of ['', 'x', '-1', '1X', '1e9', '5 apples'])
    assert.throws(() => parseBytes(text), { code: 'BadUsage' });
});
