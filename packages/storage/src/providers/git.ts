import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createArchiveLimiter } from '../archive/limits.ts';
import { resolveLinks } from '../archive/links.ts';
import { StorageError } from '../errors.ts';
import { discoverRemote, type Remote } from '../git/discover.ts';
import { fetchPack, filters } from '../git/fetch-pack.ts';
import { createLfsStore, type LfsStore } from '../git/lfs.ts';
import type { LfsPointer } from '../git/lfs-pointer.ts';
import { type GitLimits, gitLimitsFrom } from '../git/limits.ts';
import { createObjectStore, type ObjectStore, type StoredObject } from '../git/object-store.ts';
import { resolveRef } from '../git/resolve.ts';
import { createGitSession, type GitSession } from '../git/session.ts';
import { blobOf, entryAt, type TreeFile, treeOf, walkTree } from '../git/tree.ts';
import { type GitSource, parseGitUri } from '../git/uri.ts';
import { discardBody } from '../http/body.ts';
import { checkRange } from '../http/content.ts';
import type { Provider, ProviderOptions, RemoteFile } from '../provider.ts';

/** A commit that a download has settled for. */
interface Resolved {
  remote: Remote;
  commit: string;
}

type Handle = { store: ObjectStore; object: StoredObject } | { source: GitSource; lfs: LfsStore; pointer: LfsPointer };

/** Below the work directory; the name is one that is removed when the disk is full. */
const DIRECTORY = 'git.part';

/** Smaller files are not worth asking whether a broken transfer can go on. */
const PROBE_FROM_BYTES = 64 * 1024;

/** Objects asked for at once by their ids: a request of 2.5 MB. */
const MAX_WANTS = 50_000;

/**
 * `https://HOST/PATH.git[@REF][//SUBPATH]`: the files of one commit, over smart HTTP. The pack that holds them all has to come before
 * anything is known of them; what is asked for later is read out of it, except files in LFS.
 */
export const gitProvider: Provider = {
  keepsArchives: true, // as KServe leaves them

  async revision(uri, options, signal) {
    const { commit } = await resolve(createGitSession(parseGitUri(uri), options), options, signal);
    return keepsPointers(options) ? `${commit} pointers` : commit;
  },

  async *list(uri, options, signal) {
    const source = parseGitUri(uri);
    const { shown, subpath } = source;
    const session = createGitSession(source, options);
    const limits = gitLimitsFrom(options.environment);
    const { remote, commit } = await resolve(session, options, signal);
    const store = await openStore(session, options, limits, signal);
    const sparse = subpath !== '' && filters(remote);
    await store.add(fetchPack(session, remote, { wants: [commit], shallow: true, withoutFiles: sparse }, signal));
    const root = await treeOf(store, commit, shown);
    const entry = await entryAt(store, root, subpath, shown);
    const entries: TreeFile[] = [];
    if (entry.kind === 'directory') {
      for await (const each of walkTree(store, entry.oid, shown, limits)) entries.push(each);
    } else entries.push({ ...entry, path: entry.name });
    for (const { path, kind } of entries) {
      if (kind === 'submodule') options.warn(`submodule "${path}" of ${shown} is left out`);
    }
    const files = entries.filter(({ kind }) => kind !== 'submodule');
    if (sparse) {
      const oids = [...new Set(files.map(({ oid }) => oid))].filter((oid) => !store.get(oid));
      for (let at = 0; at < oids.length; at += MAX_WANTS) {
        const wants = oids.slice(at, at + MAX_WANTS);
        await store.add(fetchPack(session, remote, { wants, shallow: false, withoutFiles: false }, signal));
      }
    }
    if (files.length === 0) {
      throw new StorageError('ObjectNotFound', `${shown} has no files ${subpath ? `in "${subpath}"` : 'in it'}`, {
        hint: 'check revision and path; submodules are left out',
        details: { source: shown, commit, subpath },
      });
    }
    const blobs = await withLinksResolved(files, store, shown);
    const parent = entry.kind === 'directory' ? subpath : subpath.slice(0, -entry.name.length - 1);
    yield* remoteFiles(blobs, { parent, named: entry.kind !== 'directory', store, session, options, signal });
  },

  async read(file, range, options, signal) {
    const handle = file.handle as Handle;
    if ('store' in handle) return { body: handle.store.openObject(handle.object) };
    const { source, lfs, pointer } = handle;
    const whole = range.start === 0 && range.end === file.sizeBytes;
    const headers: Record<string, string> = whole ? {} : { range: `bytes=${range.start}-${range.end! - 1}` };
    const response = await lfs.get(pointer, headers, createGitSession(source, options), file.source, signal);
    try {
      checkRange(response, file.source, range, { etag: undefined, sizeBytes: pointer.sizeBytes });
    } catch (error) {
      discardBody(response);
      throw error;
    }
    return { body: response.body };
  },
};

/** Once for a download: what follows is of one commit, although a branch moves meanwhile. */
async function resolve(session: GitSession, { memo }: ProviderOptions, signal: AbortSignal): Promise<Resolved> {
  const known = memo.get('git/resolved') as Resolved | undefined;
  if (known) return known;
  const remote = await discoverRemote(session, signal);
  const resolved = { remote, commit: await resolveRef(session, remote, signal) };
  memo.set('git/resolved', resolved);
  return resolved;
}

/** An empty one; that of an attempt before, or of a process that was killed, goes. */
async function openStore(
  { source }: GitSession,
  { memo, workDirectory, atEnd }: ProviderOptions,
  limits: GitLimits,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const key = 'git/store';
  const before = memo.get(key) as ObjectStore | undefined;
  memo.delete(key);
  await before?.close();
  const directory = join(workDirectory, DIRECTORY);
  await rm(directory, { recursive: true, force: true });
  if (!memo.has('git/at-end')) {
    memo.set('git/at-end', true);
    atEnd(async () => {
      await (memo.get(key) as ObjectStore | undefined)?.close();
      await rm(directory, { recursive: true, force: true });
      await rmdir(workDirectory).catch(() => {}); // when nothing else is in it
    });
  }
  const store = await createObjectStore(directory, source.shown, limits, signal);
  memo.set(key, store);
  return store;
}

interface Blob {
  path: string;
  object: StoredObject;
}

/** Each link becomes what it leads to; a link to a folder the files below that. @throws StorageError UnsafeName, naming the link */
async function withLinksResolved(entries: readonly TreeFile[], store: ObjectStore, shown: string): Promise<Blob[]> {
  const files = new Map<string, StoredObject>();
  const links = new Map<string, { type: 'symlink'; linkName: string }>();
  for (const entry of entries) {
    const object = blobOf(store, entry, shown);
    if (entry.kind === 'file') files.set(entry.path, object);
    else links.set(entry.path, { type: 'symlink', linkName: (await store.readWhole(object)).toString('utf8') });
  }
  const blobs = [...files].map(([path, object]) => ({ path, object }));
  if (links.size === 0) return blobs;
  const tree = { source: shown, files: new Set(files.keys()), directories: new Set<string>(), links };
  const resolved = resolveLinks(tree, createArchiveLimiter(shown));
  return [...blobs, ...resolved.map(({ name, target }) => ({ path: name, object: files.get(target)! }))];
}

interface ListContext {
  /** Folder that paths begin at. */
  parent: string;
  named: boolean;
  store: ObjectStore;
  session: GitSession;
  options: ProviderOptions;
  signal: AbortSignal;
}

async function* remoteFiles(
  blobs: readonly Blob[],
  { parent, named, store, session, options, signal }: ListContext,
): AsyncGenerator<RemoteFile> {
  const { source } = session;
  const sourceOf = (path: string) => `${source.shown}//${parent === '' ? path : `${parent}/${path}`}`;
  const large = keepsPointers(options) ? [] : blobs.filter(({ object }) => object.lfs);
  const lfs = createLfsStore(large.map(({ object }) => object.lfs!));
  const largest = large.toSorted((a, b) => b.object.lfs!.sizeBytes - a.object.lfs!.sizeBytes)[0];
  let rangeable = false;
  if (largest && largest.object.lfs!.sizeBytes >= PROBE_FROM_BYTES) {
    const probe = await lfs.get(largest.object.lfs!, { range: 'bytes=0-0' }, session, sourceOf(largest.path), signal);
    discardBody(probe);
    rangeable = probe.status === 206;
  }
  for (const { path, object } of blobs) {
    const common = { name: path, source: sourceOf(path), ...(named ? { named } : {}) };
    const pointer = large.length > 0 ? object.lfs : undefined;
    if (pointer) {
      yield {
        ...common,
        sizeBytes: pointer.sizeBytes,
        version: `sha256:${pointer.sha256}`,
        rangeable,
        digest: { algorithm: 'sha256', hex: pointer.sha256 },
        handle: { source, lfs, pointer } satisfies Handle,
      };
    } else {
      yield {
        ...common,
        sizeBytes: object.sizeBytes,
        version: `git-blob:${object.oid}`,
        rangeable: false, // inflated from the beginning
        digest: { algorithm: 'git-blob', hex: object.oid },
        handle: { store, object } satisfies Handle,
      };
    }
  }
}

/** The variable of git-lfs. */
function keepsPointers({ environment }: ProviderOptions): boolean {
  return /^(1|true|yes|on)$/i.test(environment['GIT_LFS_SKIP_SMUDGE'] ?? '');
}
