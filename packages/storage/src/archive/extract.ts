import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { announceInJournal, type PlacedFile } from '../manifest.ts';
import { EXTRACT_DIRECTORY, placeFile, removePlaced, statPlaced, WORK_DIRECTORY } from '../target.ts';
import type { ArchiveEntry, ArchiveReadOptions } from './entry.ts';
import { type ArchiveLimits, createArchiveLimiter } from './limits.ts';
import { type StagedFile, stageEntries } from './stage.ts';

export interface ExtractOptions {
  /** Real path of the target directory. */
  root: string;
  source: string;
  limits: ArchiveLimits;
  /** What the disk has left beside the archive; `undefined` where not everything that is read is written. */
  freeBytes: number | undefined;
  signal: AbortSignal;
}

/**
 * Extracts entries into the work directory of `root`. Nothing stays there after a failure.
 * @param entries  reads the archive, or several as one
 * @throws StorageError ArchiveInvalid, UnsafeName, LimitExceeded, NoSpace
 */
export async function extractEntries(
  entries: (options: ArchiveReadOptions) => AsyncIterable<ArchiveEntry>,
  { root, source, limits, freeBytes, signal }: ExtractOptions,
): Promise<StagedFile[]> {
  const directory = join(root, WORK_DIRECTORY, EXTRACT_DIRECTORY);
  const options = { source, limiter: createArchiveLimiter(source, limits, freeBytes), signal, reuseChunks: true };
  try {
    return await stageEntries(entries(options), directory, options);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Gives staged files their names. Files of earlier downloads that are not among them go first: a folder may have become a file.
 * @param knownNames  what earlier downloads placed
 */
export async function placeExtracted(
  root: string,
  staged: readonly StagedFile[],
  source: string,
  knownNames: readonly string[],
): Promise<PlacedFile[]> {
  const origin = { source, version: undefined, digest: undefined };
  await announceInJournal(
    root,
    staged.map(({ name, sizeBytes }) => ({ name, ...origin, sizeBytes, modifiedMs: 0 })),
  );
  const names = new Set(staged.map(({ name }) => name));
  await removePlaced(
    root,
    knownNames.filter((name) => !names.has(name)),
  );
  const placed: PlacedFile[] = [];
  for (const { name, path } of staged) {
    await placeFile(root, name, path);
    placed.push({ name, ...origin, ...(await statPlaced(root, name))! });
  }
  return placed;
}
