import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CliError } from '../command/cli-error.ts';

/** What runs on a data directory; written once everything is up, removed on a clean stop. */
export interface RunRecord {
  pid: number;
  startedAt: string;
  version: string;
  /** `https://127.0.0.1:6550`, or the other API server's with `--kubeconfig`. */
  apiServer: string;
  kubeconfig: string;
  /** Of the kubeconfig, where it is not the current one. */
  context?: string;
  gateway: { external: string; internal: string; pid: number };
  podNetwork: 'addresses' | 'ports';
}

export interface DataDirectoryLock {
  release(): void;
}

/** Makes the directory where it is missing. Throws `CliError` DataDirectory when it cannot be written. */
export async function prepareDataDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      // With `recursive`, Node says so of read-only file systems too; without, it says what is wrong.
      await mkdir(dataDir, { mode: 0o700 });
    });
    const probe = join(dataDir, `.write-test-${process.pid}`);
    await writeFile(probe, 'x');
    await rm(probe);
  } catch (cause) {
    throw dataDirectoryError(dataDir, cause as NodeJS.ErrnoException);
  }
}

function dataDirectoryError(dataDir: string, cause: NodeJS.ErrnoException): CliError {
  const why: Record<string, string> = {
    EROFS: 'is on a read-only file system',
    EACCES: 'cannot be written by this user',
    EPERM: 'cannot be written by this user',
    ENOSPC: 'is on a full disk',
    ENOTDIR: 'is not a folder',
    EEXIST: 'is not a folder',
  };
  return new CliError(
    'DataDirectory',
    `data directory ${dataDir} ${why[cause.code ?? ''] ?? `cannot be used (${cause.message})`}`,
    {
      hint: 'name another one with --data-dir',
      cause,
    },
  );
}

/**
 * Keeps a second platform out of the directory. The lock is the file lock of a SQLite transaction, which the operating
 * system drops when the process ends, however it ends: a stale lock cannot exist.
 * Throws `CliError` AlreadyRunning.
 */
export async function lockDataDirectory(dataDir: string): Promise<DataDirectoryLock> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(dataDir, 'lock.db'));
    database.exec('PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (!String((cause as Error).message).includes('locked'))
      throw dataDirectoryError(dataDir, cause as NodeJS.ErrnoException);
    const running = await readRunRecord(dataDir);
    const who = running ? ` (process ${running.pid}, since ${running.startedAt})` : '';
    throw new CliError('AlreadyRunning', `another "serval up" runs on ${dataDir}${who}`, {
      hint: 'stop it with Ctrl-C or "serval down", or choose another --data-dir',
    });
  }
  const held = database;
  return { release: () => held.close() };
}

/** Whether a platform holds the directory now. */
export async function isLocked(dataDir: string): Promise<boolean> {
  try {
    (await lockDataDirectory(dataDir)).release();
    return false;
  } catch (error) {
    return error instanceof CliError && error.code === 'AlreadyRunning';
  }
}

export async function writeRunRecord(dataDir: string, record: RunRecord): Promise<void> {
  const path = join(dataDir, 'run.json');
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}

/** The record of the last start; it may be of a process that was killed: see `isLocked`. */
export async function readRunRecord(dataDir: string): Promise<RunRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'run.json'), 'utf8')) as RunRecord;
  } catch {
    return undefined;
  }
}

export async function removeRunRecord(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'run.json'), { force: true });
}
