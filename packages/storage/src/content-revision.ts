import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDigestBuffer, sha256OfFile } from './content-digest.ts';
import { abortedError, StorageError, targetErrorFrom } from './errors.ts';
import { isIntact, type PlacedFile, readManifest, writeManifest } from './manifest.ts';
import { syncDirectories, WORK_DIRECTORY } from './target.ts';

/**
 * What a downloaded model is, whatever it was read from: `sha256:` over a line for each of its files, sorted by name (UTF-16 code units),
 * that is `["NAME",SIZE,"SHA-256 OF THE CONTENT"]` as JSON. A file whose SHA-256 is known, since its source told it and it was checked or
 * it was computed before, is not read again; what is computed is kept in the manifest.
 * @param computes  whether files whose SHA-256 is unknown are read once more; otherwise nothing is told of a model with such files
 * @throws StorageError ObjectNotFound where no download was completed, SourceChanged where a file is not what was placed
 */
export async function contentRevision(
  directory: string,
  { computes, signal = new AbortController().signal }: { computes: boolean; signal?: AbortSignal },
): Promise<string | undefined> {
  const manifest = await readManifest(directory);
  if (!manifest) throw new StorageError('ObjectNotFound', `no complete download is in ${directory}`);
  const files = manifest.files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const unknown = files.filter((file) => knownSha256(file) === undefined);
  if (unknown.length > 0 && !computes) return undefined;
  try {
    const buffer = createDigestBuffer();
    for (const file of unknown) file.sha256 = await sha256Of(directory, file, buffer, signal);
    if (unknown.length > 0) {
      await mkdir(join(directory, WORK_DIRECTORY), { recursive: true });
      await writeManifest(directory, { ...manifest, files });
      await rm(join(directory, WORK_DIRECTORY), { recursive: true, force: true });
      await syncDirectories(directory, []);
    }
  } catch (error) {
    if (signal.aborted) throw abortedError(signal);
    throw targetErrorFrom(error, directory) ?? error;
  }
  return revisionFrom(files.map((file) => JSON.stringify([file.name, file.sizeBytes, knownSha256(file)])));
}

/** Of several models of one server, in the order in which they were asked for; of one, its own. */
export function combinedRevision(revisions: readonly string[]): string {
  const [first] = revisions;
  return revisions.length === 1 && first !== undefined ? first : revisionFrom(revisions);
}

function revisionFrom(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return `sha256:${hash.digest('hex')}`;
}

function knownSha256({ sha256, digest }: PlacedFile): string | undefined {
  return sha256 ?? (digest?.algorithm === 'sha256' ? digest.hex : undefined);
}

async function sha256Of(directory: string, file: PlacedFile, buffer: Buffer, signal: AbortSignal): Promise<string> {
  const path = join(directory, file.name);
  const hex = await sha256OfFile(path, buffer, signal);
  if (await isIntact(directory, file)) return hex;
  throw new StorageError('SourceChanged', `${path} changed after it was downloaded`);
}
