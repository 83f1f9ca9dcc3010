import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../bring.ts';
import { complete } from '../complete.ts';
import { StorageError, type StorageErrorCode } from '../errors.ts';
import { checkFreeSpace, type Job, transferOf } from '../job.ts';
import { isCurrent, type Manifest, readKnown, setManifestAside } from '../manifest.ts';
import type { RemoteFile } from '../provider.ts';
import { discardParts, freeBytesOf, WORK_DIRECTORY } from '../target.ts';
import { transferParts } from '../transfer.ts';
import { extractEntries, placeExtracted } from './extract.ts';
import type { Pack } from './pack.ts';

/** Nothing of such an archive is of use to a later call. */
const UNUSABLE: ReadonlySet<StorageErrorCode> = new Set([
  'ArchiveInvalid',
  'UnsafeName',
  'LimitExceeded',
  'ObjectNotFound',
]);

/** Whole or absent, too: the old content stays until all of the new one is extracted, synced and checked. */
export async function bringPack(
  job: Job,
  pack: Pack,
  manifest: Manifest | undefined,
  intact: boolean,
): Promise<Outcome> {
  const { root, options, clock, counters, emit } = job;
  const { provider, providerOptions, settings, signal } = job.source;
  const { files: packed, identity } = pack;
  const current = intact && manifest?.archive !== undefined && isCurrent(identity, manifest.archive);
  const reusedFiles = current ? packed.length : 0;
  emit({ type: 'listed', files: packed.length, bytes: identity.sizeBytes, reusedFiles });
  if (current) return { files: manifest.files, reusedFiles: manifest.files.length, reused: true };

  await mkdir(join(root, WORK_DIRECTORY), { recursive: true });
  if (!provider.localPath) await checkFreeSpace(job, packed);
  const startMs = clock();
  try {
    const parts = await partsOnDisk(job, packed);
    const staged = await extractEntries((read) => pack.entries(parts, provider, providerOptions, read), {
      root,
      source: identity.source,
      limits: settings.archiveLimits,
      freeBytes: pack.partly ? undefined : await (options.freeBytes ?? freeBytesOf)(root),
      signal,
    });
    if (provider.localPath) for (const file of packed) await checkUnchanged(job, file);
    const known = await readKnown(root, manifest);
    await setManifestAside(root);
    const files = await placeExtracted(root, staged, identity.source, [...known.keys()]);
    emit({ type: 'extracted', files: files.length, bytes: files.reduce((sum, placed) => sum + placed.sizeBytes, 0) });
    const { name, source, version } = identity;
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const digest = parts.length === 1 ? parts[0]!.digest : undefined;
    await complete(job, files, [], { name, source, version, sizeBytes, digest });
    return { files, reusedFiles: 0, reused: false };
  } catch (error) {
    if (error instanceof StorageError && UNUSABLE.has(error.code)) await discardParts(root);
    throw error;
  } finally {
    counters.transferMs += clock() - startMs;
  }
}

/** Archives of this machine are read where they lie; all others come into the work directory first, checked. */
async function partsOnDisk(job: Job, files: readonly RemoteFile[]): ReturnType<typeof transferParts> {
  const { localPath } = job.source.provider;
  if (!localPath) return transferParts(files, transferOf(job));
  for (const file of files) await checkUnchanged(job, file);
  return files.map((file) => ({ file, path: localPath(file), sizeBytes: file.sizeBytes ?? 0, digest: file.digest }));
}

/** @throws StorageError SourceChanged */
async function checkUnchanged({ source: { provider, providerOptions, signal } }: Job, file: RemoteFile): Promise<void> {
  const { body } = await provider.read(file, { start: 0, end: 0 }, providerOptions, signal);
  body.destroy();
}
