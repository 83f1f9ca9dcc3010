import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from './job.ts';
import { createManifest, type PlacedArchive, type PlacedFile, writeManifest } from './manifest.ts';
import { removePlaced, syncDirectories, WORK_DIRECTORY } from './target.ts';

/** All files stand; what an earlier version of the source left goes, and the manifest says that it is whole. */
export async function complete(
  { root, source: { uri } }: Job,
  files: readonly PlacedFile[],
  knownNames: readonly string[],
  archive?: PlacedArchive,
  revision?: string,
): Promise<void> {
  const names = new Set(files.map(({ name }) => name));
  await removePlaced(
    root,
    knownNames.filter((name) => !names.has(name)),
  );
  await syncDirectories(root, names);
  await writeManifest(root, createManifest(uri, files, archive, revision));
  await rm(join(root, WORK_DIRECTORY), { recursive: true, force: true });
  await syncDirectories(root, []);
}
