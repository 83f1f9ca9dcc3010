import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '@serval/kube/objects';
import { createEventBuffer } from './event-buffer.ts';
import { createEventEncoder } from './event-encoder.ts';

const asItIs = (object: AnyObject) => object;

test('watchers of the same form share the bytes of an event; other forms and types have their own', () => {
  const encode = createEventEncoder();
  const object = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } };
  const line = encode({ type: 'ADDED', object }, 'Object', asItIs);
  assert.equal(Buffer.from(line).toString(), `{"type":"ADDED","object":${JSON.stringify(object)}}\n`);
  assert.equal(encode({ type: 'ADDED', object }, 'Object', asItIs), line);
  const partial = encode({ type: 'ADDED', object }, 'v1', ({ metadata }) => ({ metadata }));
  assert.equal(Buffer.from(partial).toString(), '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
  const modified = encode({ type: 'MODIFIED', object }, 'Object', asItIs);
  assert.match(Buffer.from(modified).toString(), /^\{"type":"MODIFIED"/);
});

const sized = (name: string, bytes: number) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name },
  data: 'x'.repeat(bytes),
});

test('only a megabyte of lines is kept', () => {
  const encode = createEventEncoder();
  const first = sized('first', 2 ** 18);
  const line = encode({ type: 'ADDED', object: first }, 'Object', asItIs);
  for (let count = 0; count < 2; count += 1)
    encode({ type: 'ADDED', object: sized('other', 2 ** 18) }, 'Object', asItIs);
  assert.equal(encode({ type: 'ADDED', object: first }, 'Object', asItIs), line);
  for (let count = 0; count < 2; count += 1)
    encode({ type: 'ADDED', object: sized('other', 2 ** 18) }, 'Object', asItIs);
  const again = encode({ type: 'ADDED', object: first }, 'Object', asItIs);
  assert.notEqual(again, line);
  assert.deepEqual(again, line);
});

test('the newest event is shared however large it is', () => {
  const encode = createEventEncoder();
  const object = sized('large', 3 * 2 ** 20);
  encode({ type: 'ADDED', object: sized('small', 1) }, 'Object', asItIs);
  const line = encode({ type: 'ADDED', object }, 'Object', asItIs);
  assert.equal(encode({ type: 'ADDED', object }, 'Object', asItIs), line);
});

test('a kept line holds no memory but its own', () => {
  const object = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'ä' } };
  const line = createEventEncoder()({ type: 'ADDED', object }, 'Object', asItIs);
  assert.equal(line.buffer.byteLength, line.byteLength);
  assert.deepEqual(JSON.parse(Buffer.from(line).toString()), { type: 'ADDED', object });
});

test('a buffer hands out together what waits together, and ends when it overflows', async () => {
  const buffer = createEventBuffer<number>(3);
  const waiting = buffer.take();
  buffer.push(1);
  buffer.push(2);
  assert.deepEqual(await waiting, [1, 2]);
  for (const item of [3, 4, 5, 6]) buffer.push(item);
  assert.equal(buffer.overflowed, true);
  assert.deepEqual(await buffer.take(), [3, 4, 5]);
  assert.equal(await buffer.take(), undefined);
});
