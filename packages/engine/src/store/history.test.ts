import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from './history.ts';

test('history is too much by count or by size, a segment at a time, and never the newest', () => {
  const history = createHistory({ revisions: 10, bytes: 1600, segment: 5 });
  for (let revision = 1; revision <= 15; revision += 1) history.add(revision, 1);
  assert.equal(history.excess(14), undefined);
  assert.equal(history.excess(15), 5);
  history.forget(5);
  assert.equal(history.excess(15), undefined);
  history.add(16, 2000);
  assert.equal(history.excess(16), 10);
  history.forget(10);
  history.forget(15);
  assert.equal(history.excess(16), undefined);
});

test('a restart counts what the log holds', () => {
  const history = createHistory({ revisions: 3, bytes: 1e6, segment: 2 });
  for (const revision of [90, 95, 100, 101, 102, 103]) history.add(revision, 10);
  history.forget(95);
  assert.equal(history.excess(104), 101);
});
