import { StorageError } from '../errors.ts';
import type { ArchiveLimiter } from './limits.ts';

export interface ArchiveTree {
  source: string;
  /** Names of the files. */
  files: ReadonlySet<string>;
  /** Names of directories that the archive has as entries; those above files and links are known anyway. */
  directories: ReadonlySet<string>;
  links: ReadonlyMap<string, ArchiveLink>;
}

export interface ArchiveLink {
  type: 'symlink' | 'hardlink';
  linkName: string;
}

export interface ResolvedLink {
  /** Name that the link gives, below it too where it leads to a directory. */
  name: string;
  /** Name of the file that has the content. */
  target: string;
}

/** As Linux has it. */
const MAX_LINKS_FOLLOWED = 40;

/** Segments walked for all links together; a real archive needs a handful per link. */
const MAX_STEPS = 5_000_000;

/**
 * What the links of an archive lead to, worked out on its names alone, before anything stands on disk. The result has no link any
 * more: each name gets the content of a file. A link to a directory gives the names of everything below it.
 * @throws StorageError UnsafeName, naming the link, when it leads out, nowhere, in a circle or above itself; LimitExceeded
 */
export function resolveLinks(tree: ArchiveTree, limiter: ArchiveLimiter): ResolvedLink[] {
  const children = childrenOf(tree);
  const resolved: ResolvedLink[] = [];
  let steps = 0;

  function follow(name: string): string {
    const at: string[] = [];
    const pending: string[] = [];
    let followed = 0;
    const enter = (link: ArchiveLink) => {
      if (link.linkName.startsWith('/')) throw unsafe(name, 'leads to an absolute path');
      if (++followed > MAX_LINKS_FOLLOWED) throw unsafe(name, 'leads in a circle');
      if (link.type === 'hardlink') at.length = 0; // names an entry of the archive
      pending.unshift(...link.linkName.split('/'));
    };
    at.push(...name.split('/').slice(0, -1));
    enter(tree.links.get(name)!);
    while (pending.length > 0) {
      if (++steps > MAX_STEPS) throw unsafe(name, 'is one of too many links to follow');
      const segment = pending.shift()!;
      if (segment === '' || segment === '.') continue;
      if (tree.files.has(at.join('/'))) throw unsafe(name, `leads through the file "${at.join('/')}"`);
      if (segment === '..') {
        if (at.length === 0) throw unsafe(name, 'leads out of the archive');
        at.pop();
        continue;
      }
      at.push(segment);
      const path = at.join('/');
      const link = tree.links.get(path);
      if (link) {
        at.pop();
        enter(link);
      } else if (!tree.files.has(path) && !children.has(path)) {
        throw unsafe(name, `leads to "${path}", which the archive does not have`);
      }
    }
    return at.join('/');
  }

  function expand(link: string, name: string, above: readonly string[]): void {
    limiter.entry();
    const target = follow(link);
    if (tree.files.has(target)) resolved.push({ name, target });
    else expandDirectory(link, target, name, [...above, link]);
  }

  function expandDirectory(link: string, directory: string, name: string, above: readonly string[]): void {
    const prefix = directory === '' ? '' : `${directory}/`;
    if (above.some((path) => path.startsWith(prefix))) throw unsafe(link, 'leads to a directory above itself');
    for (const segment of children.get(directory) ?? []) {
      const path = prefix + segment;
      const below = `${name}/${segment}`;
      if (tree.links.has(path)) expand(path, below, above);
      else {
        limiter.entry();
        if (tree.files.has(path)) resolved.push({ name: below, target: path });
        else expandDirectory(link, path, below, above);
      }
    }
  }

  function unsafe(name: string, problem: string): StorageError {
    const { type, linkName } = tree.links.get(name)!;
    return new StorageError(
      'UnsafeName',
      `${type === 'symlink' ? 'symbolic' : 'hard'} link "${name}" to "${linkName}" in ${tree.source} ${problem}`,
      { hint: 'nothing of this source was kept; pack files instead of links', details: { name, source: tree.source } },
    );
  }

  for (const name of tree.links.keys()) expand(name, name, []);
  return resolved;
}

/** Segments below each directory; the root is the empty name. */
function childrenOf({ files, directories, links }: ArchiveTree): Map<string, Set<string>> {
  const children = new Map<string, Set<string>>([['', new Set()]]);
  for (const directory of directories) if (!children.has(directory)) children.set(directory, new Set());
  for (const names of [directories, files, links.keys()]) {
    for (const name of names) {
      for (let path = name; path !== ''; ) {
        const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
        const siblings = children.get(parent);
        const segment = path.slice(parent === '' ? 0 : parent.length + 1);
        if (siblings?.has(segment)) break;
        if (siblings) siblings.add(segment);
        else children.set(parent, new Set([segment]));
        path = parent;
      }
    }
  }
  return children;
}
