import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import type { Payload } from './payload.ts';

const dataLink = '..data';

/**
 * Makes a directory show exactly these files, all old or all new at any moment. The layout is Kubernetes' own
 * (`AtomicWriter`): a directory per version, `..data` leading to the current one by a link that is swapped by a
 * rename, and per first path segment a link through `..data`; so paths stay the same and watchers that know the layout
 * notice.
 * @returns whether anything changed
 */
export async function writeAtomicDirectory(directory: string, payload: Payload): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  const previous = await readlinkOrUndefined(join(directory, dataLink));
  if (previous !== undefined && (await holds(join(directory, previous), payload))) return false;

  const version = await mkdtemp(join(directory, '..version_'));
  await chmod(version, 0o755);
  for (const [path, { content, mode }] of payload) {
    const file = join(version, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
    await chmod(file, mode);
  }
  const name = version.slice(directory.length + 1);
  const next = join(directory, `${dataLink}_next`);
  await rm(next, { force: true });
  await symlink(name, next);
  await rename(next, join(directory, dataLink));

  const wanted = new Set([...payload.keys()].map((path) => path.split('/', 1)[0] ?? path));
  for (const entry of wanted) {
    if (!(await present(join(directory, entry)))) await symlink(join(dataLink, entry), join(directory, entry));
  }
  for (const entry of await readdir(directory)) {
    const obsolete = entry.startsWith('..version_') ? entry !== name : entry !== dataLink && !wanted.has(entry);
    if (obsolete) await rm(join(directory, entry), { recursive: true, force: true });
  }
  return true;
}

async function holds(directory: string, payload: Payload): Promise<boolean> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  if (files.filter((entry) => entry.isFile()).length !== payload.size) return false;
  for (const [path, { content, mode }] of payload) {
    const file = join(directory, path);
    try {
      if (!(await readFile(file)).equals(content) || ((await lstat(file)).mode & 0o777) !== mode) return false;
    } catch {
      return false;
    }
  }
  return true;
}

async function present(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function readlinkOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
