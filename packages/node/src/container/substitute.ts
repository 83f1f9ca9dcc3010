/** A place in the container and where it really is. */
export interface PathMapping {
  /** Absolute, without a trailing slash. */
  containerPath: string;
  realPath: string;
}

/** Characters that can stand in a path segment; a mount path that touches one of them is part of a longer name. */
const segment = 'A-Za-z0-9._~%@+-';

/**
 * Replaces mount paths by the real directories in words that a container is started with.
 *
 * Only whole path segments count: with `/mnt/models` mounted, `/mnt/models/a`, `--dir=/mnt/models` and
 * `file:///mnt/models` change, `/mnt/models2`, `/data/mnt/models` and `http://host/mnt/models` do not. The longest
 * mount path wins, and text that was put in is not looked at again.
 */
export function createPathSubstitution(mappings: readonly PathMapping[]): (text: string) => string {
  if (mappings.length === 0) return (text) => text;
  const real = new Map(mappings.map(({ containerPath, realPath }) => [containerPath, realPath]));
  const longestFirst = [...real.keys()]
    .sort((a, b) => b.length - a.length)
    .map((path) => path.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const pattern = new RegExp(`(?<=^|file://|[^/${segment}])(?:${longestFirst.join('|')})(?=$|[^${segment}])`, 'g');
  return (text) => text.replace(pattern, (found) => real.get(found) ?? found);
}

/** `path` with the mapping applied, if it lies at or beneath a container path. */
export function mapPath(path: string, mappings: readonly PathMapping[]): string | undefined {
  const best = mappings
    .filter(({ containerPath }) => path === containerPath || path.startsWith(`${containerPath}/`))
    .sort((a, b) => b.containerPath.length - a.containerPath.length)[0];
  return best && best.realPath + path.slice(best.containerPath.length);
}
