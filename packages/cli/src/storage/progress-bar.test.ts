import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barLine } from './progress-bar.ts';

const bytes = (count: number) => `${count} B`;

test('a bar has one width from nothing to all', () => {
  const lines = [0, 1, 500, 999, 1000, 1200].map((done) => barLine(done, 1000, '1 B/s', bytes));
  assert.deepEqual([...new Set(lines.map((line) => line.indexOf(']')))], [31]);
  assert.match(lines[0]!, /^\[> +\] {3}0 % {2}0 B of 1000 B {2}1 B\/s$/);
  assert.match(lines[4]!, /^\[={30}\] 100 %/);
});

test('without a total there is no share', () => {
  assert.equal(barLine(7, undefined, '1 B/s', bytes), '7 B  1 B/s');
});
