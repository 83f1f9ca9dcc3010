import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonBytes } from './json-bytes.ts';

test('bytes are those of UTF-8', () => {
  for (const value of ['plain', 'ü', 'a…b', '€', '😀', 'ü😀…', { ß: ['é', 1, null] }]) {
    assert.equal(jsonBytes(value), Buffer.byteLength(JSON.stringify(value)), JSON.stringify(value));
  }
});
