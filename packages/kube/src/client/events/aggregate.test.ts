import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventAggregator, type EventInput } from './aggregate.ts';

const event = (message: string, name = 'web'): EventInput => ({
  involvedObject: { kind: 'Pod', namespace: 'a', name, uid: name },
  type: 'Warning',
  reason: 'Failed',
  message,
});

test('the same again is counted, another object is not', () => {
  const { decide, forget } = createEventAggregator();
  const first = decide(event('x'), 0);
  assert.deepEqual([first?.count, first?.message], [1, 'x']);
  assert.deepEqual(decide(event('x'), 1), { ...first, count: 2 });
  assert.equal(decide(event('y'), 2)?.count, 1);
  assert.equal(decide(event('x', 'other'), 3)?.count, 1);
  forget(first?.key ?? '');
  assert.equal(decide(event('x'), 4)?.count, 2);
});

test('many different messages for one reason become one event', () => {
  const { decide } = createEventAggregator();
  for (let i = 1; i <= 10; i += 1) assert.equal(decide(event(`m${i}`), i)?.message, `m${i}`);
  const eleventh = decide(event('m11'), 11);
  assert.equal(eleventh?.message, '(combined from similar events): m11');
  assert.deepEqual(decide(event('m12'), 12), {
    key: eleventh?.key,
    count: 2,
    message: '(combined from similar events): m12',
  });
  assert.equal(decide(event('m13'), 700_000)?.message, 'm13');
});

test('a flood about one object is cut to 25, then one every five minutes', () => {
  const { decide } = createEventAggregator();
  const written = (times: number, at: number) =>
    Array.from({ length: times }, () => decide(event('x'), at)).filter(Boolean).length;
  assert.equal(written(100, 0), 25);
  assert.equal(written(10, 299_000), 0);
  assert.equal(written(10, 900_000), 3);
  assert.notEqual(decide(event('x', 'other'), 0), undefined);
});
