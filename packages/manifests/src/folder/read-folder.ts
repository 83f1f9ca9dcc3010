import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FileSet } from '../file-set.ts';
import { ManifestsError } from '../manifests-error.ts';

/** Far more than `deploy/` ever holds: a wrong folder shall not fill the memory. */
const maxTotalLength = 256 * 1024 * 1024;

/** Every file of a folder and the folders below, as UTF-8 text. Throws `ManifestsError` BadFolder where it cannot be read. */
export async function readFolder(folder: string, signal?: AbortSignal): Promise<FileSet> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new ManifestsError('BadFolder', `${folder} cannot be read`, { cause });
  });
  const files: [string, string][] = [];
  let total = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, { encoding: 'utf8', signal });
    total += text.length;
    if (total > maxTotalLength)
      throw new ManifestsError('BadFolder', `${folder} holds more than ${maxTotalLength} characters`);
    files.push([relative(folder, path).split(sep).join('/'), text]);
  }
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
