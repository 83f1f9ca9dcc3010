import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountMemory, noMounts, remountReadOnly } from '../support/mounts.ts';
import { serval } from '../support/serval.ts';

test('a data directory on a read-only file system is named', { skip: noMounts }, async (t) => {
  const disk = await mountMemory(t, 1024 * 1024);
  await mkdir(join(disk, 'data'));
  await remountReadOnly(disk);
  for (const dataDir of [join(disk, 'data'), join(disk, 'new')]) {
    for (const args of [['up'], ['up', '--detach']]) {
      const { code, stderr } = await serval([...args, '--api-port', '0', '--gateway-port', '0'], { dataDir });
      assert.equal(code, 1);
      assert.match(stderr, /data directory .* is on a read-only file system[\s\S]*--data-dir/);
      assert.ok(stderr.includes(dataDir));
    }
  }
});
