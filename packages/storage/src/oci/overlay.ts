import type { ArchiveEntry } from '../archive/entry.ts';

/** What later layers have said about paths, for layers that are read from the last to the first. */
export interface Overlay {
  /** Whether this entry of the present layer is seen through all later ones. Whiteouts are noted and never seen. */
  takes(entry: Pick<ArchiveEntry, 'name' | 'type'>): boolean;
  /** Whether later layers hide a file of that name. */
  hides(name: string): boolean;
  /** Goes on to the layer below. */
  descend(): void;
}

const WHITEOUT = '.wh.';

/** In a directory: nothing of lower layers is in it. */
const OPAQUE = '.wh..wh..opq';

/** @param whiteouts  false takes `.wh.…` for names like others */
export function createOverlay(whiteouts: boolean): Overlay {
  const above: Marks = createMarks();
  let present: Marks = createMarks();

  function hides(name: string, directory: boolean): boolean {
    if (above.gone.has(name)) return true;
    const same = above.paths.get(name);
    // Two directories are one; everything else replaces what is below it.
    if (same === 'leaf' || (same === 'directory' && !directory)) return true;
    return ancestorsOf(name).some(
      (path) => above.gone.has(path) || above.opaque.has(path) || above.paths.get(path) === 'leaf',
    );
  }

  return {
    takes({ name, type }) {
      if (whiteouts) {
        const slash = name.lastIndexOf('/') + 1;
        const base = name.slice(slash);
        if (base === OPAQUE) {
          present.opaque.add(name.slice(0, Math.max(0, slash - 1)));
          return false;
        }
        if (base.startsWith(WHITEOUT)) {
          // Others that begin with `.wh..wh.` are bookkeeping of the storage driver (aufs).
          const hidden = base.slice(WHITEOUT.length);
          if (hidden !== '' && !hidden.startsWith(WHITEOUT)) present.gone.add(name.slice(0, slash) + hidden);
          return false;
        }
      }
      // Also what is not seen itself has replaced what is below it.
      present.paths.set(name, type === 'directory' ? 'directory' : 'leaf');
      for (const path of ancestorsOf(name)) if (!present.paths.has(path)) present.paths.set(path, 'directory');
      return !hides(name, type === 'directory');
    },
    hides: (name) => hides(name, false),
    descend() {
      for (const path of present.gone) above.gone.add(path);
      for (const path of present.opaque) above.opaque.add(path);
      for (const [path, kind] of present.paths) {
        if (kind === 'leaf' || !above.paths.has(path)) above.paths.set(path, kind);
      }
      present = createMarks();
    },
  };
}

interface Marks {
  gone: Set<string>;
  opaque: Set<string>;
  paths: Map<string, 'directory' | 'leaf'>;
}

function createMarks(): Marks {
  return { gone: new Set(), opaque: new Set(), paths: new Map() };
}

/** From the nearest up to the root, which is the empty name. */
function ancestorsOf(name: string): string[] {
  const ancestors: string[] = [];
  for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
    ancestors.push(name.slice(0, slash));
  }
  if (name !== '') ancestors.push('');
  return ancestors;
}
