import { createHash } from 'node:crypto';
import { appendFile, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest, RemoteFile } from './provider.ts';
import { redactUri } from './redact.ts';
import { statPlaced, WORK_DIRECTORY } from './target.ts';

/** Written last: where it stands, the directory holds every file of the source, whole. */
export const MANIFEST_NAME = '.serval-manifest.json';

const MANIFEST_VERSION = 1;

const PREVIOUS_MANIFEST = 'previous-manifest.json';

/** A file under its final name. */
export interface PlacedFile {
  name: string;
  source: string;
  sizeBytes: number;
  version: string | undefined;
  digest: Digest | undefined;
  /** Of the content, lower-case hexadecimal, where it was computed here. */
  sha256?: string;
  /** Of the file on disk; an edit shows here. */
  modifiedMs: number;
  /** What the symbolic link leads to, where it is one. */
  linkTarget?: string;
}

/** The archive that all files came out of. It is not kept itself. */
export type PlacedArchive = Pick<PlacedFile, 'name' | 'source' | 'sizeBytes' | 'version' | 'digest'>;

export interface Manifest {
  manifestVersion: typeof MANIFEST_VERSION;
  /** Without user, password and query. */
  uri: string;
  /** SHA-256 of the whole URI. */
  uriDigest: string;
  files: PlacedFile[];
  archive?: PlacedArchive;
  /** What the source stood for as a whole, where it told, and what was chosen of it. */
  revision?: string;
}

export function createManifest(
  uri: string,
  files: readonly PlacedFile[],
  archive?: PlacedArchive,
  revision?: string,
): Manifest {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    manifestVersion: MANIFEST_VERSION,
    uri: redactUri(uri),
    uriDigest: uriDigest(uri),
    files: sorted,
    ...(archive ? { archive } : {}),
    ...(revision === undefined ? {} : { revision }),
  };
}

export function uriDigest(uri: string): string {
  return createHash('sha256').update(uri).digest('hex');
}

/** `undefined` when there is none, or one that this version does not understand. */
export async function readManifest(root: string): Promise<Manifest | undefined> {
  return parseManifest(join(root, MANIFEST_NAME));
}

async function parseManifest(path: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
    return manifest.manifestVersion === MANIFEST_VERSION && Array.isArray(manifest.files) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(root: string, manifest: Manifest): Promise<void> {
  const temporary = join(root, WORK_DIRECTORY, 'manifest');
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, join(root, MANIFEST_NAME));
}

/** From here on the directory is not complete. What it held is remembered, so that files the source no longer has can go. */
export async function setManifestAside(root: string): Promise<void> {
  await rename(join(root, MANIFEST_NAME), join(root, WORK_DIRECTORY, PREVIOUS_MANIFEST)).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Everything that this and interrupted downloads put under final names; the latest of a name wins. */
export async function readKnown(root: string, manifest: Manifest | undefined): Promise<Map<string, PlacedFile>> {
  const before = await parseManifest(join(root, WORK_DIRECTORY, PREVIOUS_MANIFEST));
  const files = [...(before?.files ?? []), ...(manifest?.files ?? []), ...(await readJournal(root))];
  return new Map(files.map((file) => [file.name, file]));
}

/** Remembers finished files of a download that is not complete yet. */
export async function appendJournal(root: string, file: PlacedFile): Promise<void> {
  await appendFile(join(root, WORK_DIRECTORY, 'journal.jsonl'), `${JSON.stringify(file)}\n`);
}

/** Remembers names that are about to be placed, synced: were the rest never to come, the next download knows what is of ours. */
export async function announceInJournal(root: string, files: readonly PlacedFile[]): Promise<void> {
  const handle = await open(join(root, WORK_DIRECTORY, 'journal.jsonl'), 'a');
  try {
    await handle.writeFile(`${files.map((file) => JSON.stringify(file)).join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readJournal(root: string): Promise<PlacedFile[]> {
  const text = await readFile(join(root, WORK_DIRECTORY, 'journal.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as PlacedFile] : [];
    } catch {
      return []; // cut by a kill
    }
  });
}

/** Whether what is on disk is what was placed there then. */
export async function isIntact(root: string, placed: PlacedFile): Promise<boolean> {
  const now = await statPlaced(root, placed.name, placed.linkTarget);
  return now !== undefined && now.sizeBytes === placed.sizeBytes && now.modifiedMs === placed.modifiedMs;
}

/** Whether the source still has what was placed. Nothing is proved by two missing versions. */
export function isCurrent(
  remote: Pick<RemoteFile, 'version' | 'source' | 'sizeBytes'>,
  placed: PlacedArchive,
): boolean {
  return (
    remote.version !== undefined &&
    remote.version === placed.version &&
    remote.source === placed.source &&
    (remote.sizeBytes === undefined || remote.sizeBytes === placed.sizeBytes)
  );
}
