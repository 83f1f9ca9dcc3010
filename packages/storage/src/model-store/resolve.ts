import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type Resolved =
  | { kind: 'file' | 'directory'; path: string; sizeBytes: number; modifiedMs: number; inode: number }
  | { kind: 'missing' | 'malformed' | 'forbidden' };

/**
 * Finds what a request path names below `root`, a real path. Symbolic links are followed and must end below `root`; names that
 * begin with a dot do not exist for a client.
 */
export async function resolveBelow(root: string, requestPath: string): Promise<Resolved> {
  let path: string;
  try {
    path = decodeURIComponent(requestPath);
  } catch {
    return { kind: 'malformed' };
  }
  if (path.includes('\0') || path.includes('\\')) return { kind: 'malformed' };
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => segment.startsWith('.'))) return { kind: 'missing' };
  let real: string;
  try {
    real = await realpath(join(root, ...segments));
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) return { kind: 'forbidden' };
    const info = await stat(real);
    if (!info.isFile() && !info.isDirectory()) return { kind: 'forbidden' };
    const kind = info.isFile() ? 'file' : 'directory';
    return { kind, path: real, sizeBytes: info.size, modifiedMs: info.mtimeMs, inode: info.ino };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'missing' };
  }
}
