import { opendir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { digestOf } from './digest.ts';
import { abortedError, StorageError, targetErrorFrom } from './errors.ts';
import { isIntact, type PlacedFile, readManifest } from './manifest.ts';
import { OWN_PREFIX } from './names.ts';
import { statPlaced } from './target.ts';

export interface VerifiedFile {
  name: string;
  sizeBytes: number | undefined;
  /** `extra` is in the directory and was not downloaded. */
  result: 'ok' | 'missing' | 'changed' | 'extra';
  /** What was compared; size and time alone where the source told no digest. */
  by: string;
}

/**
 * Reads every file of a downloaded model again and compares it with what was recorded.
 * @throws StorageError ObjectNotFound where no download was completed, TargetNotWritable where it cannot be read
 */
export async function verify(
  directory: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<VerifiedFile[]> {
  const manifest = await readManifest(directory);
  if (!manifest) {
    throw new StorageError('ObjectNotFound', `no complete download is in ${directory}`, {
      hint: 'the manifest is missing or of a newer version; download it, which goes on where it stopped',
    });
  }
  try {
    const results: VerifiedFile[] = [];
    for (const file of manifest.files) results.push(await verifyFile(directory, file, signal));
    const known = new Set(manifest.files.map(({ name }) => name));
    for await (const name of filesBelow(directory)) {
      if (!known.has(name)) results.push({ name, sizeBytes: undefined, result: 'extra', by: 'name' });
    }
    return results;
  } catch (error) {
    if (signal.aborted) throw abortedError(signal);
    throw targetErrorFrom(error, directory) ?? error;
  }
}

async function verifyFile(directory: string, placed: PlacedFile, signal: AbortSignal): Promise<VerifiedFile> {
  const { name, sizeBytes, digest, linkTarget } = placed;
  const now = await statPlaced(directory, name, linkTarget);
  if (!now) return { name, sizeBytes, result: 'missing', by: 'name' };
  if (now.sizeBytes !== sizeBytes) return { name, sizeBytes, result: 'changed', by: 'size' };
  if (!digest) {
    return { name, sizeBytes, result: (await isIntact(directory, placed)) ? 'ok' : 'changed', by: 'size, time' };
  }
  const same = (await digestOf(join(directory, name), sizeBytes, digest, signal)) === digest.hex;
  return { name, sizeBytes, result: same ? 'ok' : 'changed', by: digest.algorithm };
}

async function* filesBelow(directory: string): AsyncIterable<string> {
  for await (const entry of await opendir(directory, { recursive: true })) {
    const name = relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!entry.isDirectory() && !name.startsWith(OWN_PREFIX)) yield name;
  }
}
