import { randomUUID } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blobPath, type CacheLayout } from './layout.ts';

/** What stands in the cache about one content. */
export interface Blob {
  sha256: string;
  sizeBytes: number;
  /** Where it came from first. Shows no credential. */
  source: string;
  /** Of the file; a change after it was stored shows here. */
  modifiedMs: number;
  lastUsedMs: number;
}

/**
 * How content gets from the cache into a directory and back where the file system has no reflinks. A hard link costs nothing, but
 * whoever writes into the model's file writes into the cache, too.
 */
export type CacheLinks = 'hardlink' | 'copy';

/** The content under its digest; `undefined` when it is not there, or no longer what was stored, in which case it goes. */
export async function readBlob(layout: CacheLayout, sha256: string): Promise<Blob | undefined> {
  const path = blobPath(layout, sha256);
  const record = await readRecord(`${path}.json`);
  if (!record) return undefined;
  const info = await stat(path).catch(() => undefined);
  if (info?.size === record.sizeBytes && info.mtimeMs === record.modifiedMs) return { ...record, sha256 };
  await removeBlob(layout, sha256);
  return undefined;
}

async function readRecord(path: string): Promise<Omit<Blob, 'sha256'> | undefined> {
  try {
    const { sizeBytes, source, modifiedMs } = JSON.parse(await readFile(path, 'utf8')) as Blob;
    return { sizeBytes, source, modifiedMs, lastUsedMs: (await stat(path)).mtimeMs };
  } catch {
    return undefined;
  }
}

/** Puts the content at `path`, which must not exist. Rejects when it has just been removed. */
export async function copyOut(layout: CacheLayout, sha256: string, path: string, links: CacheLinks): Promise<void> {
  const blob = blobPath(layout, sha256);
  await place(blob, path, links);
  const now = new Date();
  await utimes(`${blob}.json`, now, now).catch(() => {}); // a cache that is mounted read-only keeps no order
}

/** Stores the content of `path`, which must be whole and synced. */
export async function copyIn(
  layout: CacheLayout,
  path: string,
  about: Pick<Blob, 'sha256' | 'source'>,
  links: CacheLinks,
): Promise<void> {
  const temporary = join(layout.temporary, randomUUID());
  const final = blobPath(layout, about.sha256);
  try {
    await place(path, temporary, links);
    await chmod(temporary, 0o444);
    const { size, mtimeMs } = await stat(temporary);
    await mkdir(dirname(final), { recursive: true });
    await rename(temporary, final);
    await writeFile(
      `${temporary}.json`,
      JSON.stringify({ sizeBytes: size, source: about.source, modifiedMs: mtimeMs }),
    );
    // Last: what has no record is not there.
    await rename(`${temporary}.json`, `${final}.json`);
  } finally {
    await rm(temporary, { force: true });
    await rm(`${temporary}.json`, { force: true });
  }
}

export async function removeBlob(layout: CacheLayout, sha256: string): Promise<void> {
  const path = blobPath(layout, sha256);
  await rm(`${path}.json`, { force: true });
  await rm(path, { force: true });
}

/** Everything that is stored, in no order. */
export async function listBlobs(layout: CacheLayout): Promise<Blob[]> {
  const found: Blob[] = [];
  for (const folder of await readdir(layout.blobs).catch(() => [])) {
    for (const name of await readdir(join(layout.blobs, folder)).catch(() => [])) {
      const sha256 = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
      const blob = sha256 && (await readBlob(layout, sha256));
      if (blob) found.push(blob);
    }
  }
  return found;
}

/** A reflink where the file system has them, else as `links` says, else a copy. Synced. */
async function place(from: string, to: string, links: CacheLinks): Promise<void> {
  const cloned = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  if (!cloned) {
    await rm(to, { force: true });
    if (links === 'hardlink') {
      const linked = await link(from, to).then(
        () => true,
        () => false, // another file system, or too many links
      );
      if (linked) return;
    }
    await copyFile(from, to);
  }
  await chmod(to, 0o644);
  const handle = await open(to);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
