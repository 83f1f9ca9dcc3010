import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../objects/status-error.ts';
import { silentLog } from './log.ts';
import { createManualClock } from './test-support/manual-clock.ts';
import { createWorkQueue, type Reconciled, TerminalError } from './work-queue.ts';

function createQueue(reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled>, concurrency = 2) {
  const clock = createManualClock();
  const options = { baseDelayMs: 100, maxDelayMs: 1000, random: () => 0.999_999, log: silentLog };
  return { clock, queue: createWorkQueue({ reconcile, clock, concurrency, ...options }) };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a key waits once, and is never worked on twice at the same time', async () => {
  const runs: string[] = [];
  const gates: (() => void)[] = [];
  const { queue } = createQueue(async (key) => {
    runs.push(key);
    await new Promise<void>((resolve) => gates.push(resolve));
  });
  for (const key of ['a', 'a', 'b', 'c', 'c']) queue.add(key);
  await settle();
  assert.deepEqual(runs, ['a', 'b']);
  queue.add('a');
  queue.add('a');
  gates.shift()?.();
  await settle();
  assert.deepEqual(runs, ['a', 'b', 'c']);
  while (gates.length > 0) {
    gates.shift()?.();
    await settle();
  }
  assert.deepEqual(runs, ['a', 'b', 'c', 'a']);
  assert.equal(queue.size, 0);
});

test('failures of one key are spaced out further and further, and success forgets them', async () => {
  let failing = true;
  const times: number[] = [];
  const { queue, clock } = createQueue(async () => {
    times.push(clock.now());
    if (failing) throw new Error('not yet');
  });
  queue.add('a');
  for (let i = 0; i < 6; i += 1) {
    await settle();
    clock.advanceToNext();
  }
  failing = false;
  await settle();
  assert.deepEqual(times, [0, 100, 300, 700, 1500, 2500, 3500]);
  failing = true;
  queue.add('a');
  await settle();
  clock.advanceToNext();
  await settle();
  assert.deepEqual(times.slice(-2), [3500, 3600]);
  await queue.close();
});

test('a TerminalError waits for the next change; a result can ask for a later time', async () => {
  let runs = 0;
  const { queue, clock } = createQueue(async () => {
    runs += 1;
    if (runs === 1) throw new TerminalError('bad spec');
    return { requeueAfterMs: 5000 };
  });
  queue.add('a');
  await settle();
  assert.equal(clock.pending, 0);
  queue.add('a');
  await settle();
  queue.addAfter('a', 9000);
  assert.equal(clock.advanceToNext(), 5000);
  await settle();
  assert.equal(runs, 3);
  await queue.close();
  assert.equal(clock.pending, 0);
});

test('closing aborts what runs and waits for it', async () => {
  let ended = false;
  const { queue } = createQueue(async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    throw new Error('interrupted');
  });
  queue.add('a');
  await settle();
  await queue.close();
  assert.ok(ended);
  queue.add('b');
  assert.equal(queue.size, 0);
});

test('a server that is too busy is given the time it asks for', async () => {
  const busy = new StatusError('TooManyRequests', 'later', { details: { retryAfterSeconds: 1 } });
  const { queue, clock } = createQueue(async () => {
    throw busy;
  });
  queue.add('a');
  await settle();
  assert.equal(clock.advanceToNext(), 1000);
  await queue.close();
});
