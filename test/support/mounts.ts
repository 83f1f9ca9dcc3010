import assert from 'node:assert/strict';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { run } from './serval.ts';

/** Why tests that mount file systems cannot run here; false when they can. */
export const noMounts: string | false =
  process.env['SERVAL_PRIVATE_MOUNTS'] === '1'
    ? false
    : 'needs root on Linux and a mount namespace; run "npm run test:system" as root';

/** An empty file system in memory, of `sizeBytes`; gone with the test. */
export async function mountMemory(t: TestContext, sizeBytes: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-disk-'));
  await mount('-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory);
  t.after(async () => {
    // What still uses it keeps it until its own end, but under no name.
    await run('umount', ['--lazy', directory]);
    await rmdir(directory);
  });
  return directory;
}

export async function remountReadOnly(directory: string): Promise<void> {
  await mount('-o', 'remount,ro', directory);
}

async function mount(...args: string[]): Promise<void> {
  const { code, stderr } = await run('mount', args);
  assert.equal(code, 0, `mount ${args.join(' ')}: ${stderr}`);
}
