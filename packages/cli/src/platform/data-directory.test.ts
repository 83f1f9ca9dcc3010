import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  isLocked,
  lockDataDirectory,
  prepareDataDirectory,
  readRunRecord,
  removeRunRecord,
  writeRunRecord,
} from './data-directory.ts';

test('one lock at a time; the record of the holder is named', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'serval-lock-'));
  t.after(() => rm(dataDir, { recursive: true }));
  const lock = await lockDataDirectory(dataDir);
  await writeRunRecord(dataDir, {
    pid: 4711,
    startedAt: '2026-01-01T00:00:00Z',
    version: '0.0.0',
    apiServer: 'https://127.0.0.1:1',
    kubeconfig: join(dataDir, 'kubeconfig'),
    gateway: { external: '127.0.0.1:2', internal: '127.0.0.1:3', pid: 4712 },
    podNetwork: 'addresses',
  });
  await assert.rejects(lockDataDirectory(dataDir), { code: 'AlreadyRunning', message: /process 4711, since 2026/ });
  assert.equal(await isLocked(dataDir), true);
  lock.release();
  assert.equal(await isLocked(dataDir), false);
  assert.equal((await readRunRecord(dataDir))?.pid, 4711);
  await removeRunRecord(dataDir);
  assert.equal(await readRunRecord(dataDir), undefined);
});

test('a folder that cannot be made says why', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'serval-lock-'));
  t.after(() => rm(parent, { recursive: true }));
  await writeFile(join(parent, 'file'), '');
  await assert.rejects(prepareDataDirectory(join(parent, 'file', 'below')), {
    code: 'DataDirectory',
    message: /is not a folder/,
  });
  await prepareDataDirectory(join(parent, 'new', 'below'));
});
