import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { compareFolder, type FileDifference } from './compare-folder.ts';
import { fileListName, withFileList } from './file-list.ts';

/**
 * Makes the generated files of a folder those given, and answers what was changed. Files appear whole or not at all; what was generated before
 * and is no longer is removed, everything else in the folder stays. The list of files comes last, so that what an interrupted run left
 * is still known to the next one.
 */
export async function writeFolder(folder: string, files: FileSet, signal?: AbortSignal): Promise<FileDifference[]> {
  const expected = withFileList(files);
  const differences = await compareFolder(folder, files, signal);
  const last = ({ path }: FileDifference) => (path === fileListName ? 1 : 0);
  for (const { path, state } of [...differences].sort((a, b) => last(a) - last(b))) {
    signal?.throwIfAborted();
    try {
      if (state === 'obsolete') await remove(folder, path);
      else await write(join(folder, path), expected.get(path) ?? '');
    } catch (cause) {
      throw new ManifestsError('BadFolder', `${join(folder, path)} cannot be written`, { cause });
    }
  }
  return differences;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

/** The file, and the folders that it leaves empty. */
async function remove(folder: string, path: string): Promise<void> {
  await rm(join(folder, path));
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const isEmpty = await rmdir(join(folder, parent)).then(
      () => true,
      () => false,
    );
    if (!isEmpty) return;
  }
}
