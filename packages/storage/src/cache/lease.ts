import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheLayout } from './layout.ts';

/** A holder tells this often that it lives. */
const BEAT_MS = 2_000;

/** Silence after which a holder counts as dead: several beats, as a busy machine may miss some. */
const SILENCE_MS = 15_000;

export interface Lease {
  release(): Promise<void>;
}

/**
 * The right to fetch something for everybody on this machine; `undefined` while another process that lives has it. A process that
 * was killed stops telling that it lives, and the next one takes over. Were two ever to hold the same, both would fetch it
 * and store equal content, so that nothing but time is lost.
 */
export async function tryLease({ leases, temporary }: CacheLayout, key: string): Promise<Lease | undefined> {
  const path = join(leases, key);
  const owner = randomUUID();
  for (;;) {
    try {
      await writeFile(path, owner, { flag: 'wx' });
      return hold(path, owner);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const info = await stat(path).catch(() => undefined);
    if (!info) continue; // just released
    if (!isSilent(info)) return undefined;
    await bury(path, join(temporary, owner));
  }
}

/** By renaming, only one of those who wait removes it. If another has taken over meanwhile, that one gets its own back. */
async function bury(path: string, grave: string): Promise<void> {
  try {
    await rename(path, grave);
    if (!isSilent(await stat(grave))) await link(grave, path);
  } catch {
    // Gone already, or taken by a third.
  }
  await rm(grave, { force: true });
}

function isSilent({ mtimeMs }: { mtimeMs: number }): boolean {
  return Date.now() - mtimeMs >= SILENCE_MS;
}

function hold(path: string, owner: string): Lease {
  const timer = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      const holder = await readFile(path, 'utf8').catch(() => undefined);
      if (holder === owner) await rm(path, { force: true });
    },
  };
}
