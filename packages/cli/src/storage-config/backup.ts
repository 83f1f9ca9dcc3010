import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CliError } from '../command/cli-error.ts';

/** What one migration of one Secret changes; enough to take it back, and to see whether it is still so. */
export interface SecretRecord {
  namespace: string;
  name: string;
  /** Only the keys that differ, as base64. */
  keys: Record<string, { before?: string; after?: string }>;
  /** ConfigMaps that were made, with their `cabundle.crt`. */
  configMaps: Record<string, string>;
}

export interface FileRecord {
  file: string;
  before: string;
  after: string;
}

interface Backup {
  kind: 'StorageConfigBackup';
  /** In the order in which they were planned: undone from the end. */
  secrets: SecretRecord[];
  files: FileRecord[];
}

/** Many namespaces with certificates in every entry; a file beyond it is none of ours. */
const maxBackupBytes = 512 * 1024 * 1024;

/** Throws `CliError` BadUsage where the file is there and is no backup. */
export async function readBackup(path: string): Promise<Backup | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new CliError('BadUsage', `${path}: cannot be read`, { cause });
  });
  if (text === undefined) return undefined;
  let value: Partial<Backup> | undefined;
  try {
    value = text.length > maxBackupBytes ? undefined : (JSON.parse(text) as Partial<Backup>);
  } catch {
    value = undefined; // no cause: it would quote what is in the file
  }
  if (value?.kind !== 'StorageConfigBackup' || !Array.isArray(value.secrets) || !Array.isArray(value.files)) {
    throw new CliError('BadUsage', `${path} is there, and is no backup of "serval storage-config migrate"`, {
      hint: 'name another file with --backup',
    });
  }
  return value as Backup;
}

/**
 * Adds records to a backup, which then is on the disk, whole, for its owner alone. What is there stays: a migration that was cut off and
 * is run again with the same file can be undone from its very beginning.
 */
export async function addToBackup(
  path: string,
  { secrets = [], files = [] }: { secrets?: readonly SecretRecord[]; files?: readonly FileRecord[] },
): Promise<void> {
  const there = (await readBackup(path)) ?? { kind: 'StorageConfigBackup' as const, secrets: [], files: [] };
  const backup: Backup = {
    kind: 'StorageConfigBackup',
    secrets: [...there.secrets, ...missing(secrets, there.secrets)],
    files: [...there.files, ...missing(files, there.files)],
  };
  await writeWhole(path, `${JSON.stringify(backup, null, 2)}\n`, 0o600);
}

/** A file appears under its name only when whole. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CliError('BadUsage', `${path}: cannot be written`, { cause });
  }
  const directory = await open(dirname(path), 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}

function missing<T>(records: readonly T[], there: readonly T[]): T[] {
  return records.filter((record) => !there.some((other) => isDeepStrictEqual(other, record)));
}
