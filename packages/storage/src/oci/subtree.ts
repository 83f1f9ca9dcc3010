import { posix } from 'node:path';
import type { ArchiveEntry } from '../archive/entry.ts';
import { StorageError } from '../errors.ts';

/** Picks what is below one folder, and remembers enough to say what there is instead. */
export interface Subtree {
  /** The entry with its name, and the target of its link, as seen from the folder; `undefined` for what is elsewhere. */
  inside(entry: ArchiveEntry): ArchiveEntry | undefined;
  /** The failure when nothing is inside. */
  nothing(): StorageError;
}

/** Names in a hint. */
const MAX_NAMES = 10;

/** @param folder  without slashes around it; empty takes everything as it is */
export function createSubtree(folder: string, source: string): Subtree {
  const tops = new Set<string>();
  let link: string | undefined;
  const prefix = `${folder}/`;
  return {
    inside(entry) {
      if (folder === '') return entry;
      const { name, type, linkName } = entry;
      if (tops.size < MAX_NAMES) tops.add(name.split('/')[0]!);
      if (name === folder && type === 'symlink') link = linkName;
      if (!name.startsWith(prefix)) return undefined;
      return { ...entry, name: name.slice(prefix.length), linkName: linkNameFrom(entry, folder) };
    },
    nothing() {
      const there = [...tops].filter((name) => name !== '').sort();
      return new StorageError('ObjectNotFound', `${source} has no file below /${folder}`, {
        hint:
          link === undefined
            ? `it has ${there.map((name) => `/${name}`).join(', ') || 'no files at all'}; SERVAL_OCI_MODEL_PATH names another folder`
            : `/${folder} is a link to ${link}; name that in SERVAL_OCI_MODEL_PATH`,
        details: { source, folder },
      });
    },
  };
}

/** Links that lead out of the folder stay as they are, and are refused where all links are. */
function linkNameFrom({ name, type, linkName }: ArchiveEntry, folder: string): string | undefined {
  if (linkName === undefined) return undefined;
  const prefix = `${folder}/`;
  if (type === 'hardlink') {
    const target = linkName.replace(/^(\.?\/)+/, '');
    return target.startsWith(prefix) ? target.slice(prefix.length) : `/${target}`;
  }
  const base = posix.dirname(`/${name}`);
  const target = posix.resolve(base, linkName);
  if (!linkName.startsWith('/') && !leavesOnTheWay(name, linkName, folder)) return linkName;
  return target.startsWith(`/${prefix}`) ? posix.relative(base, target) : linkName;
}

/** `../../models/x` ends inside, but goes through what is not part of the model. */
function leavesOnTheWay(name: string, linkName: string, folder: string): boolean {
  let depth = name.split('/').length - folder.split('/').length - 1;
  for (const segment of linkName.split('/')) {
    if (segment === '..') depth--;
    else if (segment !== '' && segment !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
