import { lstat, mkdir, open, readdir, readlink, realpath, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { StorageError, targetErrorFrom } from './errors.ts';

/** Holds part files and the journal while a download is under way; gone once it is complete. */
export const WORK_DIRECTORY = '.serval-download';

/** Inside of it: files of an archive before they get their names. */
export const EXTRACT_DIRECTORY = 'extracted';

/** Creates the directory and answers its real path. @throws StorageError TargetNotWritable, NoSpace */
export async function prepareTarget(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    return await realpath(directory);
  } catch (error) {
    throw targetErrorFrom(error, directory) ?? error;
  }
}

/** Moves a whole, synced file to its final name. `root` is a real path. */
export async function placeFile(root: string, name: string, partPath: string): Promise<void> {
  const path = join(root, name);
  const parent = dirname(path);
  if (parent !== root) {
    await makeContained(root, name.split('/').slice(0, -1));
  }
  await rename(partPath, path);
}

/** Creates directories one by one, so that none is made behind a symbolic link that leads elsewhere. */
async function makeContained(root: string, segments: readonly string[]): Promise<void> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const info = await lstat(path);
    if (info.isSymbolicLink()) {
      const real = await realpath(path);
      if (!real.startsWith(root + sep)) {
        throw new StorageError('UnsafeName', `${path} is a symbolic link that leads out of ${root}`, {
          details: { path },
        });
      }
    }
  }
}

/**
 * Size and time of a regular file below `root`, or of what a link there to `linkTarget` leads to; `undefined` when there is no such
 * thing.
 */
export async function statPlaced(
  root: string,
  name: string,
  linkTarget?: string,
): Promise<{ sizeBytes: number; modifiedMs: number } | undefined> {
  const path = join(root, name);
  if (linkTarget !== undefined && (await readlink(path).catch(() => undefined)) !== linkTarget) return undefined;
  const info = await (linkTarget === undefined ? lstat(path) : stat(path)).catch(() => undefined);
  return info?.isFile() ? { sizeBytes: info.size, modifiedMs: info.mtimeMs } : undefined;
}

/** Removes files that an earlier download left and this one does not have, and directories that become empty. */
export async function removePlaced(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const info = await lstat(join(root, name)).catch(() => undefined);
    if (info?.isDirectory()) continue; // made by someone else in the place of ours
    if (info) await rm(join(root, name), { force: true });
    for (let parent = dirname(name); parent !== '.'; parent = dirname(parent)) {
      const removed = await rmdir(join(root, parent)).then(
        () => true,
        () => false,
      );
      if (!removed) break;
    }
  }
}

/** Makes renames in these directories last. */
export async function syncDirectories(root: string, names: Iterable<string>): Promise<void> {
  const directories = new Set<string>([root]);
  for (const name of names) {
    for (let parent = dirname(name); parent !== '.'; parent = dirname(parent)) directories.add(join(root, parent));
  }
  for (const directory of directories) await syncDirectory(directory);
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes part files and what was extracted, and keeps the record of what stands under final names. */
export async function discardParts(root: string): Promise<void> {
  const work = join(root, WORK_DIRECTORY);
  for (const name of await readdir(work).catch(() => [])) {
    if (name.includes('.part') || name === EXTRACT_DIRECTORY) {
      await rm(join(work, name), { recursive: true, force: true });
    }
  }
  await rmdir(work).catch(() => {}); // when nothing else is in it
}

export async function freeBytesOf(directory: string): Promise<number | undefined> {
  const info = await statfs(directory).catch(() => undefined);
  // Some network file systems tell nothing at all.
  return info && info.blocks > 0 ? info.bavail * info.bsize : undefined;
}

/** Space that part files of earlier runs already take. */
export async function allocatedBytes(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  return info ? info.blocks * 512 : 0;
}
