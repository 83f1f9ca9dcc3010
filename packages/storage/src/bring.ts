import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packIn } from './archive/pack.ts';
import { complete } from './complete.ts';
import { StorageError } from './errors.ts';
import { checkFreeSpace, type Job, symlinks, transferOf } from './job.ts';
import {
  isCurrent,
  isIntact,
  type Manifest,
  type PlacedFile,
  readKnown,
  readManifest,
  setManifestAside,
  uriDigest,
} from './manifest.ts';
import { checkNames } from './names.ts';
import type { RemoteFile } from './provider.ts';
import { redactUri } from './redact.ts';
import { DEFAULT_RETRY } from './retry.ts';
import { listAll, revisionOf } from './source.ts';
import { WORK_DIRECTORY } from './target.ts';
import { transferFiles } from './transfer.ts';

/** A source that changes while it is read is listed and fetched anew this often in all. */
const CHANGE_ATTEMPTS = 3;

/** With a whole model on disk nobody wants to wait long for a source that does not answer. */
const RETRY_WITH_MODEL = { retries: 2, maxAskedMs: DEFAULT_RETRY.maxMs } as const;

export interface Outcome {
  files: readonly PlacedFile[];
  reusedFiles: number;
  reused: boolean;
}

/** Brings the directory to what the source has now. @throws StorageError */
export async function bringUpToDate(job: Job): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      const outcome = await bringOnce(job);
      // A kill after the manifest was written leaves it.
      if (outcome.reused) await rm(join(job.root, WORK_DIRECTORY), { recursive: true, force: true });
      return outcome;
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'SourceChanged' || attempt === CHANGE_ATTEMPTS)
        throw error;
      job.emit({ type: 'retry', source: redactUri(job.source.uri), error, waitMs: 0 });
    }
  }
}

async function bringOnce(job: Job): Promise<Outcome> {
  const { root, source, clock, counters, emit } = job;
  const manifest = await readManifest(root);
  const intact = manifest && (await allIntact(root, manifest));
  const listStartMs = clock();
  let remote: RemoteFile[];
  let revision: string | undefined;
  try {
    const retry = intact ? { ...source.retry, ...RETRY_WITH_MODEL } : source.retry;
    revision = await revisionOf(source, retry);
    if (
      intact &&
      revision !== undefined &&
      manifest.revision === revision &&
      manifest.uriDigest === uriDigest(source.uri)
    ) {
      emit({ type: 'listed', files: manifest.files.length, bytes: undefined, reusedFiles: manifest.files.length });
      return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };
    }
    remote = await listAll(source, retry, job.options.maxFiles);
  } catch (error) {
    if (
      intact &&
      manifest.uriDigest === uriDigest(source.uri) &&
      error instanceof StorageError &&
      error.code === 'SourceUnavailable'
    ) {
      emit({ type: 'warning', message: `${error.summary}; the model that is there, whole, is used` });
      return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };
    }
    throw error;
  } finally {
    counters.listMs += clock() - listStartMs;
  }
  checkNames(remote);
  const pack = packIn(remote, source.provider, source.settings.extractArchives);
  if (pack) {
    const { bringPack } = await import('./archive/bring-pack.ts');
    return bringPack(job, pack, manifest, intact === true);
  }

  const known = await readKnown(root, manifest);
  const kept: PlacedFile[] = [];
  const missing: RemoteFile[] = [];
  const links = symlinks(job);
  for (const file of remote) {
    const placed = known.get(file.name);
    const linked = placed?.linkTarget !== undefined;
    if (placed && linked === links && isCurrent(file, placed) && (await isIntact(root, placed))) kept.push(placed);
    else missing.push(file);
  }
  const bytes = remote.some((file) => file.sizeBytes === undefined)
    ? undefined
    : remote.reduce((sum, file) => sum + file.sizeBytes!, 0);
  emit({ type: 'listed', files: remote.length, bytes, reusedFiles: kept.length });
  if (manifest && !manifest.archive && missing.length === 0 && manifest.files.length === kept.length) {
    if (revision !== undefined) await remember(job, manifest.files, revision);
    return { files: manifest.files, reusedFiles: kept.length, reused: true };
  }

  await mkdir(join(root, WORK_DIRECTORY), { recursive: true });
  if (!links) await checkFreeSpace(job, missing);
  await setManifestAside(root);
  const transferStartMs = clock();
  const placed = await transferFiles(missing, transferOf(job));
  const files = [...kept, ...placed];
  await complete(job, files, [...known.keys()], undefined, revision);
  counters.transferMs += clock() - transferStartMs;
  return { files, reusedFiles: kept.length, reused: false };
}

/** Nothing has to come, but the source has another revision than the manifest says. */
async function remember(job: Job, files: readonly PlacedFile[], revision: string): Promise<void> {
  await mkdir(join(job.root, WORK_DIRECTORY), { recursive: true });
  await complete(job, files, [], undefined, revision);
}

async function allIntact(root: string, { files }: Manifest): Promise<boolean> {
  for (const file of files) if (!(await isIntact(root, file))) return false;
  return true;
}
