import { StorageError } from './errors.ts';

/** Files of ours in a target directory begin with this; a source may not use it. */
export const OWN_PREFIX = '.serval-';

const MAX_NAME_BYTES = 255;

/** Linux takes no longer path, and no object store has longer names. */
const MAX_PATH_BYTES = 4096;

export interface NamedEntry {
  name: string;
  /** What messages call the object, or the archive that it is in. */
  source: string;
  /** Default `file`. */
  kind?: 'file' | 'directory';
}

/**
 * Checks that every name stays in the target directory and that no two meet there, also on a file system that folds case.
 * @throws StorageError UnsafeName, naming the entry
 */
export function checkNames(entries: Iterable<NamedEntry>): void {
  const check = createNameCheck();
  for (const entry of entries) check(entry);
}

/** The same, entry by entry. A directory may come several times, a file only once. */
export function createNameCheck(): (entry: NamedEntry) => void {
  const seen = new Map<string, { name: string; kind: 'file' | 'directory' }>();
  return (entry) => {
    const problem = problemOf(entry.name);
    if (problem) throw unsafe(entry, problem);
    const segments = entry.name.split('/');
    let path = '';
    for (const [index, segment] of segments.entries()) {
      path = index === 0 ? segment : `${path}/${segment}`;
      const kind = index === segments.length - 1 ? (entry.kind ?? 'file') : 'directory';
      const folded = path.normalize('NFC').toLowerCase();
      const other = seen.get(folded);
      if (other && (other.kind === 'file' || kind === 'file')) {
        throw unsafe(entry, `collides with ${other.kind} "${other.name}"`);
      }
      if (other && other.name !== path)
        throw unsafe(entry, `differs from directory "${other.name}" only in upper and lower case`);
      seen.set(folded, { name: path, kind });
    }
  };
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  if (name.startsWith('/')) return 'is an absolute path';
  if (/^[A-Za-z]:\//.test(name)) return 'begins with a drive letter';
  if (name.includes('\0')) return 'contains a NUL character';
  if (name.includes('\\')) return 'contains a backslash';
  const segments = name.split('/');
  if (segments.includes('..')) return 'leads out of the directory with ".."';
  if (segments.includes('.') || segments.includes('')) return 'has an empty or "." segment';
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_NAME_BYTES))
    return `has a segment over ${MAX_NAME_BYTES} bytes`;
  if (segments[0]!.toLowerCase().startsWith(OWN_PREFIX)) return `begins with "${OWN_PREFIX}", which is reserved`;
  return undefined;
}

function unsafe({ name, source }: NamedEntry, problem: string): StorageError {
  return new StorageError('UnsafeName', `entry "${name}" of ${source} ${problem}`, {
    hint: 'nothing of this source was kept; rename the object',
    details: { name, source },
  });
}
