import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasses } from './passes.ts';

const passed = { state: 'passed' } as const;

test('a pass is known for a minute, of what was checked, and no more than so many are', () => {
  let now = 0;
  const passes = createPasses({ now: () => now });
  passes.set('a', 'pull', passed);
  now = 59_999;
  assert.equal(passes.get('a', 'pull'), passed);
  assert.equal(passes.get('a', 'read'), undefined);
  assert.equal(passes.get('b', 'pull'), undefined);
  now = 60_000;
  assert.equal(passes.get('a', 'pull'), undefined);
  for (let subject = 0; subject < 257; subject++) passes.set(`${subject}`, 'pull', passed);
  assert.equal(passes.get('0', 'pull'), undefined);
  assert.equal(passes.get('256', 'pull'), passed);
});
