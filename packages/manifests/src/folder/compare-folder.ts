import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';
import { fileListName, parseFileList, withFileList } from './file-list.ts';

/** `obsolete`: generated once, and no longer. Files that were never generated are nobody's business here. */
export interface FileDifference {
  readonly path: string;
  readonly state: 'missing' | 'changed' | 'obsolete';
}

/** How the generated files of a folder differ from those that would be generated now; empty when they are the same. */
export async function compareFolder(folder: string, files: FileSet, signal?: AbortSignal): Promise<FileDifference[]> {
  const expected = withFileList(files);
  const differences: FileDifference[] = [];
  for (const [path, text] of expected) {
    const found = await readIfThere(join(folder, path), signal);
    if (found !== text) differences.push({ path, state: found === undefined ? 'missing' : 'changed' });
  }
  for (const path of parseFileList((await readIfThere(join(folder, fileListName), signal)) ?? '')) {
    if (expected.has(path) || (await readIfThere(join(folder, path), signal)) === undefined) continue;
    differences.push({ path, state: 'obsolete' });
  }
  return differences;
}

async function readIfThere(path: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await readFile(path, { encoding: 'utf8', signal });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (signal?.aborted) throw cause;
    throw new ManifestsError('BadFolder', `${path} cannot be read`, { cause });
  }
}
