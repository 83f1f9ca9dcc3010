import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandVariables } from './expand.ts';

test('variables are expanded as Kubernetes does', () => {
  const variables = { A: 'x', B: '$(A)', EMPTY: '' };
  for (const [text, expected] of [
    ['$(A)', 'x'],
    ['a$(A)b$(A)', 'axbx'],
    ['$(B)', '$(A)'],
    ['$(NONE)', '$(NONE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$x'],
    ['$$$$(A)', '$$(A)'],
    ['$(EMPTY)', ''],
    ['$A $', '$A $'],
    ['$(A', '$(A'],
    ['$()', '$()'],
    ['$(toString)', '$(toString)'],
  ] as const) {
    assert.equal(expandVariables(text, variables), expected, text);
  }
});
