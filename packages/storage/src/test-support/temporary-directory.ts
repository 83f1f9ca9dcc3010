import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Something that runs clean-up when it ends: a test's context. */
export interface Scope {
  after(cleanUp: () => unknown): void;
}

export async function temporaryDirectory(scope: Scope): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'serval-storage-'));
  scope.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
