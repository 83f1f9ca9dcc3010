import { DatabaseSync } from 'node:sqlite';
import { EngineError } from '../engine-error.ts';

/**
 * Keeps a second engine out of a data directory. The lock is SQLite's own file lock: the system drops it when the
 * process dies, however it dies, so there is no stale lock to clean.
 */
export function lockDirectory(path: string): () => void {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
  } catch (cause) {
    throw new EngineError('DataDirectoryUnwritable', `cannot open ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (/locked|busy/i.test((cause as Error).message)) {
      throw new EngineError('DataDirectoryInUse', `another engine uses this data directory (it holds ${path})`, {
        hint: 'stop it first, or choose another data directory',
        cause,
      });
    }
    throw new EngineError('DataDirectoryUnwritable', `cannot lock ${path}: ${(cause as Error).message}`, { cause });
  }
  return () => database.close();
}
