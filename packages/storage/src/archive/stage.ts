import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';
import { createNameCheck } from '../names.ts';
import { createBudget } from '../parallel.ts';
import type { ArchiveEntry, ArchiveReadOptions } from './entry.ts';
import { type ArchiveLink, resolveLinks } from './links.ts';

/** A file of an archive, whole and synced, under a number that says nothing of its name. */
export interface StagedFile {
  /** Passed by `checkNames`, together with all others. */
  name: string;
  path: string;
  sizeBytes: number;
}

/** Files that wait for the disk at a time. */
const SYNCS = 8;

/**
 * Writes the files of an archive into `directory` under numbers: no name of the archive is used on disk before all have been checked.
 * Links become further names of the same content (hard links, copies where the file system has none), so that nothing in the result leads
 * anywhere. Modes become 0644, or 0755 for what may be executed; owners and times are not kept; directories only as far as files need
 * them. Removes what stood in `directory` before.
 * @throws StorageError ArchiveInvalid (also when there is no file at all), UnsafeName, LimitExceeded, NoSpace
 */
export async function stageEntries(
  entries: AsyncIterable<ArchiveEntry>,
  directory: string,
  options: ArchiveReadOptions,
): Promise<StagedFile[]> {
  const { source, limiter } = options;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const check = createNameCheck();
  const files = new Map<string, StagedFile>();
  const directories = new Set<string>();
  const links = new Map<string, ArchiveLink>();
  const syncs = createSyncs();
  try {
    for await (const entry of entries) {
      const { name, type, linkName } = entry;
      if (type === 'directory' && name === '') continue; // the root itself
      if (type === 'file' || type === 'symlink' || type === 'hardlink') check({ name, source });
      else if (type === 'directory') check({ name, source, kind: 'directory' });
      else throw notAFile(name, type, source);
      if (type === 'directory') directories.add(name);
      else if (type === 'file') {
        const path = join(directory, String(files.size));
        files.set(name, { name, path, sizeBytes: entry.sizeBytes });
        await writeStaged(entry, path, syncs);
      } else links.set(name, { type, linkName: linkName! });
    }
  } finally {
    await syncs.settle();
  }
  await syncs.check();
  if (files.size === 0) {
    throw new StorageError('ArchiveInvalid', `${source} has no file in it`, { details: { source } });
  }
  const staged = [...files.values()];
  const resolved = resolveLinks({ source, files: new Set(files.keys()), directories, links }, limiter);
  const checkAll = createNameCheck();
  for (const name of directories) checkAll({ name, source, kind: 'directory' });
  for (const { name } of [...staged, ...resolved]) checkAll({ name, source });
  for (const [index, { name, target }] of resolved.entries()) {
    options.signal.throwIfAborted();
    const { path, sizeBytes } = files.get(target)!;
    const linked = join(directory, `${files.size + index}`);
    if (!(await linkFile(path, linked))) {
      limiter.expanded(sizeBytes);
      await copySynced(path, linked);
    }
    staged.push({ name, path: linked, sizeBytes });
  }
  return staged;
}

async function writeStaged(entry: ArchiveEntry, path: string, syncs: ReturnType<typeof createSyncs>): Promise<void> {
  const handle = await open(path, 'wx', entry.mode & 0o111 ? 0o755 : 0o644);
  try {
    for await (const chunk of entry.body) {
      for (let offset = 0; offset < chunk.length; ) {
        offset += (await handle.write(chunk, offset)).bytesWritten;
      }
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await syncs.add(handle);
}

/** Syncs and closes files while the next ones are written; holds `SYNCS` open at most. */
function createSyncs() {
  const budget = createBudget(SYNCS);
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    /** Waits only for a place. */
    async add(handle: FileHandle): Promise<void> {
      const started = Promise.withResolvers<void>();
      const task = budget
        .run(async () => {
          started.resolve();
          try {
            await handle.sync();
          } finally {
            await handle.close();
          }
        })
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(task));
      running.add(task);
      await started.promise;
      if (failures.length > 0) throw failures[0];
    },
    async settle(): Promise<void> {
      await Promise.all(running);
    },
    async check(): Promise<void> {
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Whether the file system could. */
async function linkFile(path: string, linked: string): Promise<boolean> {
  try {
    await link(path, linked);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) return false;
    throw error;
  }
}

async function copySynced(path: string, copy: string): Promise<void> {
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const handle = await open(copy);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function notAFile(name: string, type: string, source: string): StorageError {
  return new StorageError('UnsafeName', `entry "${name}" of ${source} is neither file nor directory (${type})`, {
    hint: 'nothing of this source was kept; pack files only',
    details: { name, source, type },
  });
}
