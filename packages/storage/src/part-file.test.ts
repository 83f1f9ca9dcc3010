import assert from 'node:assert/strict';
import { mkdir, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPartFile } from './part-file.ts';
import type { Digest, RemoteFile } from './provider.ts';
import { WORK_DIRECTORY } from './target.ts';
import { type Scope, temporaryDirectory } from './test-support/temporary-directory.ts';

const FILE: RemoteFile = {
  name: 'm',
  source: 's3://b/m',
  sizeBytes: 25,
  version: '"1"',
  rangeable: true,
  handle: undefined,
};

const DIGEST: Digest = { algorithm: 'md5', hex: '0'.repeat(32) };

async function workRoot(scope: Scope): Promise<string> {
  const root = await temporaryDirectory(scope);
  await mkdir(join(root, WORK_DIRECTORY));
  return root;
}

async function fill(root: string, count: number): Promise<string> {
  const part = await openPartFile(root, FILE, 10);
  for (const segment of part.pending.slice(0, count)) {
    await part.write(Buffer.alloc(segment.end! - segment.start, 'x'), segment.start);
    await part.complete(segment, segment.index === 0 ? DIGEST : undefined);
  }
  await part.close();
  return part.path;
}

async function pendingOf(root: string, file = FILE, segmentBytes = 10): Promise<number[]> {
  const part = await openPartFile(root, file, segmentBytes);
  await part.close();
  return part.pending.map(({ index }) => index);
}

test('goes on behind the segments that are done', async (t) => {
  const root = await workRoot(t);
  await fill(root, 2);
  assert.deepEqual(await pendingOf(root), [2]);
});

test('remembers the digest that the first answer told, for a part that was not checked yet', async (t) => {
  const root = await workRoot(t);
  await fill(root, 3);
  const part = await openPartFile(root, FILE, 10);
  await part.close();
  assert.deepEqual([part.pending, part.digest], [[], DIGEST]);
  const other = await openPartFile(root, { ...FILE, version: '"2"' }, 10);
  await other.close();
  assert.equal(other.digest, undefined);
});

test('starts over for another version, size of ranges, or source', async (t) => {
  for (const [file, segmentBytes] of [
    [{ ...FILE, version: '"2"' }, 10],
    [{ ...FILE, source: 's3://b/other' }, 10],
    [FILE, 9],
  ] as const) {
    const root = await workRoot(t);
    await fill(root, 2);
    assert.deepEqual(await pendingOf(root, file, segmentBytes), [0, 1, 2]);
  }
});

test('a part that was renamed away leaves no progress for the one that is begun in its place', async (t) => {
  const root = await workRoot(t);
  const path = await fill(root, 3);
  await rename(path, join(root, 'm')); // and then a kill, before anything else was written
  assert.deepEqual(await pendingOf(root), [0, 1, 2]);
  assert.deepEqual(await pendingOf(root), [0, 1, 2]); // another kill, before the first segment
});

test('a part shorter than its progress tells is begun anew', async (t) => {
  const root = await workRoot(t);
  await truncate(await fill(root, 3), 15);
  assert.deepEqual(await pendingOf(root), [0, 1, 2]);
  assert.deepEqual(await pendingOf(root), [0, 1, 2]);
});
