import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '../engine-error.ts';

/** Creates the directory, readable by its owner only. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new EngineError('DataDirectoryUnwritable', `cannot create the directory ${path}: ${messageOf(cause)}`, {
      hint: 'choose another data directory, or make this one writable',
      cause,
    });
  }
}

export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a secret file, mode 0600; it appears under its name only when whole and on disk. */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    throw new EngineError('DataDirectoryUnwritable', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: `make ${dirname(path)} writable, or choose another data directory`,
      cause,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
