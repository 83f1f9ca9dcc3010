import { StorageError } from '../errors.ts';
import { type GitLimits, limitExceeded } from './limits.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { damaged } from './pack-file.ts';

export interface TreeEntry {
  name: string;
  kind: 'file' | 'directory' | 'symlink' | 'submodule';
  oid: string;
}

/** An entry below the folder that was asked for, with its path from there. */
export interface TreeFile extends TreeEntry {
  path: string;
}

/** The tree of a commit, or of what a tag stands for. @throws StorageError SourceRejected */
export async function treeOf(store: ObjectStore, start: string, shown: string): Promise<string> {
  let oid = start;
  // A tag of a tag of a tag is legal, and nobody has one.
  for (let hops = 0; hops < 10; hops++) {
    const object = store.get(oid);
    if (!object) throw missing(shown, 'object', oid);
    if (object.type === 'tree') return oid;
    if (object.type === 'blob') break;
    const [, key, next] =
      /^(tree|object) ([0-9a-f]{40})\n/.exec((await store.readWhole(object)).toString('latin1')) ?? [];
    if (!next || (key === 'tree') !== (object.type === 'commit'))
      throw damaged(shown, `${object.type} ${oid} is malformed`);
    oid = next;
  }
  throw new StorageError('SourceRejected', `${start} in ${shown} stands for no commit`, {
    hint: 'name a branch, or a tag of a commit',
    details: { source: shown, oid: start },
  });
}

/** What is at a path. @throws StorageError ObjectNotFound, with the names that are there in the hint */
export async function entryAt(store: ObjectStore, root: string, path: string, shown: string): Promise<TreeEntry> {
  let entry: TreeEntry = { name: '', kind: 'directory', oid: root };
  const walked: string[] = [];
  for (const segment of path === '' ? [] : path.split('/')) {
    const entries: TreeEntry[] =
      entry.kind === 'directory' ? await entriesOf(store, entry.oid, walked.join('/'), shown) : [];
    const found = entries.find(({ name }) => name === segment);
    if (!found) {
      const names = entries.slice(0, 5).map(({ name }) => `"${name}"`);
      throw new StorageError('ObjectNotFound', `${shown} has no "${[...walked, segment].join('/')}"`, {
        hint:
          names.length === 0
            ? `"${walked.join('/')}" is no folder`
            : `in that folder are ${names.join(', ')}${entries.length > 5 ? ' …' : ''}`,
        details: { source: shown, path },
      });
    }
    walked.push(segment);
    entry = found;
  }
  return entry;
}

/** Everything but folders below a tree, in the order of the trees. @throws StorageError UnsafeName, LimitExceeded, SourceRejected */
export async function* walkTree(
  store: ObjectStore,
  root: string,
  shown: string,
  limits: GitLimits,
): AsyncGenerator<TreeFile> {
  let seen = 0;
  async function* walk(oid: string, folder: string, depth: number): AsyncGenerator<TreeFile> {
    if (depth > limits.maxTreeDepth)
      throw limitExceeded(shown, 'folders in each other, more than', limits, 'maxTreeDepth');
    for (const entry of await entriesOf(store, oid, folder, shown)) {
      // The same tree may stand at many places: few objects can be very many files.
      if (++seen > limits.maxObjects) throw limitExceeded(shown, 'more entries than', limits, 'maxObjects');
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.kind === 'directory') yield* walk(entry.oid, path, depth + 1);
      else yield { ...entry, path };
    }
  }
  yield* walk(root, '', 1);
}

/** The blob of a file. @throws StorageError SourceRejected when the pack came without it */
export function blobOf(store: ObjectStore, { oid, name }: TreeEntry, shown: string): StoredObject {
  const object = store.get(oid);
  if (object?.type === 'blob') return object;
  throw object ? damaged(shown, `"${name}" is a ${object.type}`) : missing(shown, `file "${name}"`, oid);
}

async function entriesOf(store: ObjectStore, oid: string, folder: string, shown: string): Promise<TreeEntry[]> {
  const object = store.get(oid);
  if (!object) throw missing(shown, `folder "${folder}"`, oid);
  if (object.type !== 'tree') throw damaged(shown, `folder "${folder}" is a ${object.type}`);
  return parseTree(await store.readWhole(object), folder, shown);
}

/** `MODE SP NAME NUL` and twenty bytes of id, again and again. */
function parseTree(content: Buffer, folder: string, shown: string): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = space < 0 ? -1 : content.indexOf(0, space);
    if (end < 0 || end + 21 > content.length) throw damaged(shown, `folder "${folder}" is malformed`);
    const mode = content.toString('latin1', at, space);
    const name = nameFrom(content.subarray(space + 1, end), folder, shown);
    const kind = kindOf(mode);
    if (!kind) throw damaged(shown, `"${name}" in folder "${folder}" has mode "${mode.slice(0, 20)}"`);
    entries.push({ name, kind, oid: content.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

function kindOf(mode: string): TreeEntry['kind'] | undefined {
  if (/^0?40000$/.test(mode)) return 'directory';
  if (mode === '120000') return 'symlink';
  if (mode === '160000') return 'submodule';
  return /^100[0-7]{3}$/.test(mode) ? 'file' : undefined;
}

function nameFrom(bytes: Buffer, folder: string, shown: string): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unsafe(bytes.toString('latin1'), folder, shown, 'is not UTF-8');
  }
  if (name === '' || name === '.' || name === '..') throw unsafe(name, folder, shown, 'is no name for a file');
  if (name.includes('/')) throw unsafe(name, folder, shown, 'contains a slash');
  if (/^(\.git|git~1)$/i.test(name)) throw unsafe(name, folder, shown, 'is reserved by Git');
  return name;
}

function unsafe(name: string, folder: string, shown: string, problem: string): StorageError {
  const where = folder === '' ? '' : ` in folder "${folder}"`;
  return new StorageError('UnsafeName', `entry "${name}"${where} of ${shown} ${problem}`, {
    hint: 'nothing of this source was kept; rename the file',
    details: { name, folder, source: shown },
  });
}

function missing(shown: string, what: string, oid: string): StorageError {
  return damaged(shown, `${what} (${oid}) did not come with it`);
}
